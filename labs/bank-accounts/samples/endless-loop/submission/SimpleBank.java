import java.util.List;
import java.util.Optional;

/** Never answers. */
public class SimpleBank implements Bank {
    public SimpleBank() {
        while (true) {
            try {
                Thread.sleep(0);
            } catch (Throwable ignored) {
            }
        }
    }

    @Override public Account open(String owner) {
        return null;
    }

    @Override public Optional<Account> find(String number) {
        return Optional.empty();
    }

    @Override public List<Account> accounts() {
        return List.of();
    }

    @Override public void transfer(String from, String to, long won) {}
}
