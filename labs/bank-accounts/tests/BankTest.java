import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
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

    @Test public void opens() {
        Set<String> numbers = new HashSet<>();
        for (String owner : List.of("Minji", "Jiho", "Minji", "김 보라")) {
            Account account = bank.open(owner);
            assertEquals("owner", owner, account.owner());
            assertEquals("a new account is empty", 0, account.balance());
            assertTrue("number: six digits", account.number().matches("[0-9]{6}"));
            assertTrue("number: different for every account", numbers.add(account.number()));
            assertEquals("find gives the account itself", account, bank.find(account.number()).orElse(null));
        }
        assertEquals("accounts in their order", List.of("Minji", "Jiho", "Minji", "김 보라"), bank.accounts().stream().map(Account::owner).toList());
        assertFalse("an unknown number", bank.find("999999x").isPresent());
        assertThrows("an owner of spaces", IllegalArgumentException.class, () -> bank.open("  "));
        assertThrows("no owner", IllegalArgumentException.class, () -> bank.open(null));
        assertEquals("a refused account is not there", 4, bank.accounts().size());
    }

    @Test public void deposits() {
        Account account = bank.open("a"), other = bank.open("b");
        account.deposit(1);
        account.deposit(3_000_000_000L);
        assertEquals("more than an int holds", 3_000_000_001L, account.balance());
        assertThrows("zero", IllegalArgumentException.class, () -> account.deposit(0));
        assertThrows("negative", IllegalArgumentException.class, () -> account.deposit(-5));
        assertEquals("refused deposits change nothing", 3_000_000_001L, account.balance());
        assertEquals("the other account", 0, other.balance());
    }

    @Test public void withdraws() {
        Account account = bank.open("a");
        account.deposit(100);
        account.withdraw(100);
        assertEquals("all of it", 0, account.balance());
        account.deposit(10);
        assertThrows("more than there is", IllegalStateException.class, () -> account.withdraw(11));
        assertThrows("zero", IllegalArgumentException.class, () -> account.withdraw(0));
        assertThrows("negative", IllegalArgumentException.class, () -> account.withdraw(-1));
        assertEquals("refused withdrawals change nothing", 10, account.balance());
    }

    @Test public void transfers() {
        Account from = bank.open("a"), to = bank.open("b");
        from.deposit(50);
        bank.transfer(from.number(), to.number(), 20);
        assertEquals("what is left", 30, from.balance());
        assertEquals("what arrived", 20, to.balance());
        assertThrows("not enough", IllegalStateException.class, () -> bank.transfer(from.number(), to.number(), 31));
        assertThrows("an unknown target", NoSuchElementException.class, () -> bank.transfer(from.number(), "nobody", 5));
        assertThrows("an unknown source", NoSuchElementException.class, () -> bank.transfer("nobody", to.number(), 5));
        assertThrows("negative", IllegalArgumentException.class, () -> bank.transfer(from.number(), to.number(), -5));
        assertEquals("a refused transfer takes nothing", 30, from.balance());
        assertEquals("a refused transfer gives nothing", 20, to.balance());
        bank.transfer(from.number(), from.number(), 10);
        assertEquals("to itself", 30, from.balance());
    }

    @Test public void history() {
        Account account = bank.open("a"), other = bank.open("b");
        account.deposit(5);
        assertThrows("refused", IllegalStateException.class, () -> account.withdraw(6));
        bank.transfer(account.number(), other.number(), 2);
        account.deposit(5);
        assertEquals("deposits and transfers, and nothing that was refused", List.of(5L, -2L, 5L), account.history());
        assertEquals("the other side of a transfer", List.of(2L), other.history());
        assertEquals("an account of another bank", 0, Learner.create(Bank.class, "SimpleBank").accounts().size());
    }
}
