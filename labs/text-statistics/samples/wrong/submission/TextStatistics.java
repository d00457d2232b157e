import java.util.*;

/** Honest and mistaken: splits at spaces, looks at capitals, and one method is missing. */
public class TextStatistics {
    private final String[] words;
    private final String text;

    public TextStatistics(String text) {
        this.text = text;
        words = text.trim().split("\\s+");
    }

    public int words() {
        return words.length;
    }

    public int sentences() {
        return text.split("[.!?]").length;
    }

    public int count(String word) {
        return Collections.frequency(Arrays.asList(words), word);
    }

    public List<String> mostFrequent(int howMany) {
        Map<String, Integer> counts = new HashMap<>();
        for (String word : words) counts.merge(word.toLowerCase(), 1, Integer::sum);
        List<String> sorted = new ArrayList<>(counts.keySet());
        sorted.sort((a, b) -> counts.get(b) - counts.get(a));
        return sorted.subList(0, howMany);
    }

    public String longestWord() {
        String longest = "";
        for (String word : words) if (word.length() > longest.length()) longest = word;
        return longest;
    }
}
