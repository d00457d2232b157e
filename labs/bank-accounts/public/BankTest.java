import static org.junit.Assert.assertEquals;

import java.util.List;
import org.junit.Before;
import org.junit.Test;
import provost.Learner;

public class BankTest {
    private Bank bank;

    @Before public void open() {
        bank = Learner.create(Bank.class, "SimpleBank");
    }

    @Test public void example() {
        Account minji = bank.open("Minji");
        minji.deposit(500);
        minji.withdraw(200);
        assertEquals("balance after +500 and -200", 300, minji.balance());
        assertEquals("history", List.of(500L, -200L), minji.history());
    }
}
