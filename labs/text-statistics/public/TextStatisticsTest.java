import static org.junit.Assert.assertEquals;

import java.util.List;
import org.junit.Test;

public class TextStatisticsTest {
    @Test public void example() {
        TextStatistics statistics = new TextStatistics("Tea, please. Green tea! Is the tea-pot warm?");
        assertEquals("words", 8, statistics.words());
        assertEquals("sentences", 3, statistics.sentences());
        assertEquals("count", 2, statistics.count("tea"));
        assertEquals("mostFrequent", List.of("tea", "green"), statistics.mostFrequent(2));
        assertEquals("longestWord", "tea-pot", statistics.longestWord());
    }
}
