import java.util.List;

/** One account of a bank. */
public interface Account {
    /** Six digits, different for every account of the bank. */
    String number();

    String owner();

    /** In won. */
    long balance();

    /** Throws IllegalArgumentException when {@code won} is not positive. */
    void deposit(long won);

    /** Throws IllegalArgumentException when {@code won} is not positive, IllegalStateException when there is not enough. */
    void withdraw(long won);

    /** Every change of the balance, the oldest first: +500, -200. */
    List<Long> history();
}
