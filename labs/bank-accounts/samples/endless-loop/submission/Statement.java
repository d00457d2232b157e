/** Never ends, and prints without an end. */
public class Statement {
    public static void main(String[] arguments) {
        while (true) System.out.println("Minji: 300");
    }
}
