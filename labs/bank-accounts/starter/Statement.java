/** Reads commands and prints balances; see the handout. */
public class Statement {
    public static void main(String[] arguments) {
        System.exit(1);
    }
}
