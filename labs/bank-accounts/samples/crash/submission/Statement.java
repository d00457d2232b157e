/** Ends the machine before its main. */
public class Statement {
    static {
        Runtime.getRuntime().halt(0);
    }

    public static void main(String[] arguments) {}
}
