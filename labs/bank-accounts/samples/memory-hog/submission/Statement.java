/** Answers with more than anybody can hold. */
public class Statement {
    public static void main(String[] arguments) {
        StringBuilder text = new StringBuilder("Minji: 300");
        while (true) System.out.println(text.append(text));
    }
}
