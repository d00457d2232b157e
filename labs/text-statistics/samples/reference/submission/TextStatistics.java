import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Statistics of one text. */
public class TextStatistics {
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+(?:['’-][\\p{L}\\p{N}]+)*");
    private static final Pattern SENTENCE = Pattern.compile("[^.!?。]*[\\p{L}\\p{N}][^.!?。]*(?:[.!?。]|$)");

    private final List<String> words = new ArrayList<>();
    private final Map<String, Integer> counts = new HashMap<>();
    private int sentences;

    public TextStatistics(String text) {
        if (text == null) throw new IllegalArgumentException("text is null");
        Matcher word = WORD.matcher(text);
        while (word.find()) {
            words.add(word.group());
            counts.merge(word.group().toLowerCase(Locale.ROOT), 1, Integer::sum);
        }
        Matcher sentence = SENTENCE.matcher(text);
        while (sentence.find()) sentences++;
    }

    public int words() {
        return words.size();
    }

    public int sentences() {
        return sentences;
    }

    public int count(String word) {
        return counts.getOrDefault(word.toLowerCase(Locale.ROOT), 0);
    }

    public List<String> mostFrequent(int howMany) {
        if (howMany < 0) throw new IllegalArgumentException("howMany is negative");
        return counts.keySet().stream()
                .sorted(Comparator.comparing((String word) -> -counts.get(word)).thenComparing(Comparator.naturalOrder()))
                .limit(howMany).toList();
    }

    public double averageWordLength() {
        return words.stream().mapToInt(word -> word.codePointCount(0, word.length())).average().orElse(0);
    }

    public String longestWord() {
        String longest = null;
        for (String word : words) if (longest == null || length(word) > length(longest)) longest = word;
        if (longest == null) throw new NoSuchElementException("the text has no word");
        return longest;
    }

    private static int length(String word) {
        return word.codePointCount(0, word.length());
    }
}
