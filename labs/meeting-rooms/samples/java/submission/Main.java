import java.io.IOException;
import java.io.StreamTokenizer;
import java.util.Arrays;

/** The same as the reference, in Java. */
public class Main {
    private static final StreamTokenizer input = new StreamTokenizer(System.in);

    private static int next() throws IOException {
        input.nextToken();
        return (int) input.nval;
    }

    public static void main(String[] arguments) throws IOException {
        int count = next();
        int[] begins = new int[count], ends = new int[count];
        for (int i = 0; i < count; i++) {
            begins[i] = next();
            ends[i] = next();
        }
        Arrays.sort(begins);
        Arrays.sort(ends);
        int used = 0, most = 0, since = 0;
        for (int i = 0, given = 0; i < count; i++) {
            while (ends[given] <= begins[i]) {
                given++;
                used--;
            }
            if (++used > most) {
                most = used;
                since = begins[i];
            }
        }
        System.out.println(most + " " + since);
    }
}
