import java.util.List;

/** Statistics of one text; see the handout. */
public class TextStatistics {
    public TextStatistics(String text) {
        throw new UnsupportedOperationException("not written yet");
    }

    public int words() {
        throw new UnsupportedOperationException("not written yet");
    }

    public int sentences() {
        throw new UnsupportedOperationException("not written yet");
    }

    public int count(String word) {
        throw new UnsupportedOperationException("not written yet");
    }

    public List<String> mostFrequent(int howMany) {
        throw new UnsupportedOperationException("not written yet");
    }

    public double averageWordLength() {
        throw new UnsupportedOperationException("not written yet");
    }

    public String longestWord() {
        throw new UnsupportedOperationException("not written yet");
    }
}
