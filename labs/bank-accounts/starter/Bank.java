import java.util.List;
import java.util.Optional;

/** A bank. SimpleBank is one, made by its constructor without arguments. */
public interface Bank {
    /** A new account with nothing in it. Throws IllegalArgumentException when the owner is null or blank. */
    Account open(String owner);

    Optional<Account> find(String number);

    /** All accounts, in the order in which they were opened. */
    List<Account> accounts();

    /** All or nothing. Throws java.util.NoSuchElementException when an account is unknown, and whatever withdraw throws. */
    void transfer(String from, String to, long won);
}
