import java.util.ArrayList;
import java.util.List;

/** Takes memory until there is none, also in its static part. */
public class TextStatistics {
    private static final List<long[]> held = new ArrayList<>();

    public TextStatistics(String text) {
        while (true) {
            try {
                held.add(new long[1 << 16]);
            } catch (OutOfMemoryError ignored) {
            }
        }
    }

    public int words() {
        return 0;
    }

    public int sentences() {
        return 0;
    }

    public int count(String word) {
        return 0;
    }

    public java.util.List<String> mostFrequent(int howMany) {
        return null;
    }

    public double averageWordLength() {
        return -1;
    }

    public String longestWord() {
        return null;
    }
}
