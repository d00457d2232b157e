import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/** Accounts by number, in the order in which they were opened. */
public class SimpleBank implements Bank {
    private final Map<String, Account> accounts = new LinkedHashMap<>();

    @Override public Account open(String owner) {
        if (owner == null || owner.isBlank()) throw new IllegalArgumentException("an account needs an owner");
        Account account = new SimpleAccount(String.format("%06d", 100_001 + accounts.size()), owner);
        accounts.put(account.number(), account);
        return account;
    }

    @Override public Optional<Account> find(String number) {
        return Optional.ofNullable(accounts.get(number));
    }

    @Override public List<Account> accounts() {
        return List.copyOf(accounts.values());
    }

    @Override public void transfer(String from, String to, long won) {
        Account source = find(from).orElseThrow(() -> new NoSuchElementException(from));
        Account target = find(to).orElseThrow(() -> new NoSuchElementException(to));
        source.withdraw(won);
        target.deposit(won);
    }

    private static final class SimpleAccount implements Account {
        private final String number, owner;
        private final List<Long> history = new ArrayList<>();

        SimpleAccount(String number, String owner) {
            this.number = number;
            this.owner = owner;
        }

        @Override public String number() {
            return number;
        }

        @Override public String owner() {
            return owner;
        }

        @Override public long balance() {
            return history.stream().mapToLong(Long::longValue).sum();
        }

        @Override public void deposit(long won) {
            if (won <= 0) throw new IllegalArgumentException("not positive: " + won);
            history.add(won);
        }

        @Override public void withdraw(long won) {
            if (won <= 0) throw new IllegalArgumentException("not positive: " + won);
            if (won > balance()) throw new IllegalStateException("not enough: " + balance());
            history.add(-won);
        }

        @Override public List<Long> history() {
            return List.copyOf(history);
        }
    }
}
