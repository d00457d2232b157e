/** Never ends, and leaves threads behind that never end either. */
public class TextStatistics {
    public TextStatistics(String text) {
        for (int number = 0; number < 2; number++) new Thread(TextStatistics::spin).start();
        spin();
    }

    private static void spin() {
        while (true) {
            try {
                Thread.sleep(0);
            } catch (Throwable ignored) {
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
