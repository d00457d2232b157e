import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.util.List;
import java.util.NoSuchElementException;
import org.junit.Test;

public class TextStatisticsTest {
    private static final String TEA = "Tea, please. Green tea! Is the tea-pot warm?";

    @Test public void example() {
        TextStatistics statistics = new TextStatistics(TEA);
        assertEquals("words", 8, statistics.words());
        assertEquals("sentences", 3, statistics.sentences());
        assertEquals("count", 2, statistics.count("tea"));
        assertEquals("mostFrequent", List.of("tea", "green"), statistics.mostFrequent(2));
        assertEquals("longestWord", "tea-pot", statistics.longestWord());
    }

    @Test public void countsWords() {
        assertEquals("words of one sentence", 4, new TextStatistics("one two  three\nfour").words());
        assertEquals("punctuation is no word", 2, new TextStatistics(" - well ... done -- ! ").words());
        assertEquals("marks inside a word belong to it", 3, new TextStatistics("don't up-to-date o’clock").words());
    }

    @Test public void countsSentences() {
        assertEquals("the last sentence needs no mark", 2, new TextStatistics("One. Two").sentences());
        assertEquals("several marks end one sentence", 2, new TextStatistics("What?! Yes...").sentences());
        assertEquals("marks alone are no sentence", 0, new TextStatistics("... !").sentences());
        assertEquals("the Japanese full stop", 2, new TextStatistics("はい。いいえ。").sentences());
    }

    @Test public void countsOneWord() {
        TextStatistics statistics = new TextStatistics("Go go GO gone");
        assertEquals("capitals do not matter", 3, statistics.count("go"));
        assertEquals("also in the question", 3, statistics.count("GO"));
        assertEquals("a word that is not there", 0, statistics.count("went"));
        assertEquals("a part of a word is no word", 0, statistics.count("gon"));
    }

    @Test public void mostFrequentInOrder() {
        TextStatistics statistics = new TextStatistics("b a C b c B a d");
        assertEquals("equal counts in the order of String", List.of("b", "a", "c", "d"), statistics.mostFrequent(4));
        assertEquals("asking for more than there are", List.of("b", "a", "c", "d"), statistics.mostFrequent(100));
        assertEquals("asking for none", List.of(), statistics.mostFrequent(0));
        assertThrows("a negative number", IllegalArgumentException.class, () -> statistics.mostFrequent(-1));
    }

    @Test public void averageLength() {
        assertEquals("two words", 2.5, new TextStatistics("ab cde").averageWordLength(), 1e-9);
        assertEquals("no word", 0.0, new TextStatistics("...").averageWordLength(), 0.0);
        assertEquals("characters beyond the BMP count once", 1.0, new TextStatistics("𝒳 가").averageWordLength(), 1e-9);
    }

    @Test public void longest() {
        assertEquals("the first of the longest, as it was written", "Three", new TextStatistics("one Three seven").longestWord());
        assertThrows("no word", NoSuchElementException.class, () -> new TextStatistics("!").longestWord());
    }

    @Test public void korean() {
        TextStatistics statistics = new TextStatistics("봄이 왔다. 봄이 갔다! 여름은?");
        assertEquals("words", 5, statistics.words());
        assertEquals("sentences", 3, statistics.sentences());
        assertEquals("mostFrequent", List.of("봄이", "갔다"), statistics.mostFrequent(2));
    }

    @Test public void emptyAndNull() {
        TextStatistics statistics = new TextStatistics("");
        assertEquals("words", 0, statistics.words());
        assertEquals("sentences", 0, statistics.sentences());
        assertEquals("mostFrequent", List.of(), statistics.mostFrequent(3));
        assertThrows("null", IllegalArgumentException.class, () -> new TextStatistics(null));
    }

    @Test public void large() {
        StringBuilder text = new StringBuilder();
        for (int number = 0; number < 50_000; number++) text.append("word").append(number % 1000).append(number % 7 == 0 ? ". " : " ");
        TextStatistics statistics = new TextStatistics(text.toString());
        assertEquals("words", 50_000, statistics.words());
        assertEquals("count", 50, statistics.count("word77"));
    }
}
