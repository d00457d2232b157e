import java.util.List;
import java.util.Optional;

/** See Bank, Account and the handout. */
public class SimpleBank implements Bank {
    @Override public Account open(String owner) {
        throw new UnsupportedOperationException("not written yet");
    }

    @Override public Optional<Account> find(String number) {
        throw new UnsupportedOperationException("not written yet");
    }

    @Override public List<Account> accounts() {
        throw new UnsupportedOperationException("not written yet");
    }

    @Override public void transfer(String from, String to, long won) {
        throw new UnsupportedOperationException("not written yet");
    }
}
