import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;

import org.junit.Test;
import provost.Learner;

public class StatementTest {
    @Test public void prints() {
        Learner.Output said = Learner.run("Statement", "Minji 500\n김 보라 70\nMinji -200\n");
        assertNull("it has to end by itself", said.ended());
        assertEquals("exit status", 0, said.status());
        assertEquals("output", "Minji: 300\n김 보라: 70\n", said.text());
        said = Learner.run("Statement", "Minji 5\nMinji -6\nMinji x\nJiho 1");
        assertEquals("exit status after a line that cannot be done", 1, said.status());
        assertEquals("output after a line that cannot be done", "Minji: 5\nJiho: 1\n", said.text());
        assertFalse("a sentence on standard error", said.errors().isBlank());
    }
}
