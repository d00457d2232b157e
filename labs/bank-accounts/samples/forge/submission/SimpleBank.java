import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.List;
import java.util.Optional;

/**
 * Tries to pass without the work: answers for the host by itself, with lengths that lie, values nested without an end, objects
 * and exceptions of the tests' own kinds; looks for the tests and the grader; lists and objects that are equal to everything.
 */
public class SimpleBank implements Bank {
    private interface Trick {
        void play() throws Throwable;
    }

    static void play(Trick trick) {
        try {
            trick.play();
        } catch (Throwable refused) {
            // the next one
        }
    }

    static {
        for (String path : List.of("/grade/lab/tests/BankTest.java", "/proc/1/root/grade/lab/tests/BankTest.java", "/grade/grader/run"))
            play(() -> System.err.println(Files.readString(Path.of(path))));
        for (String path : List.of("/grade/work/fault", "/grade/work/report.xml", "fault", "run-1-0.json"))
            play(() -> Files.writeString(Path.of(path), "{\"ending\": \"failed\", \"score\": 100}"));
        play(() -> new ProcessBuilder("report", "score", "100").start().waitFor());
        play(() -> new ProcessBuilder("/grade/bin/report", "test", "BankTest.example", "pass", "--max", "100").start().waitFor());
        play(() -> new ProcessBuilder("setsid", "sh", "-c", "while sleep 0.1; do report score 100; done").start());
    }

    private static int calls;

    /** An answer of our own in front of the host's: the tests read it instead. */
    private static void answer(int length, String bytes) {
        play(() -> {
            DataOutputStream output = new DataOutputStream(new FileOutputStream(FileDescriptor.out));
            output.writeInt(length);
            output.write(bytes.getBytes("ISO-8859-1"));
            output.flush();
        });
    }

    @Override public Account open(String owner) {
        switch (calls++ + (owner == null ? 0 : owner.length())) {
            case 1: answer(1 << 30, "V"); break;
            case 2: answer(-1, ""); break;
            case 3: answer(200, "V" + "?".repeat(199)); break;
            case 4: answer(6, "VL\u007f\u00ff\u00ff\u00ff"); break;
            case 5: throw new AssertionError("pass");
            default: play(() -> Class.forName("org.junit.Assume").getMethod("assumeTrue", boolean.class).invoke(null, false));
        }
        return (Account) Proxy.newProxyInstance(SimpleBank.class.getClassLoader(), new Class<?>[] {Account.class}, liar());
    }

    private static InvocationHandler liar() {
        return (self, method, arguments) -> {
            if (method.getReturnType() == boolean.class) return true;
            if (method.getReturnType() == long.class) return 0L;
            if (method.getReturnType() == List.class) return new Liar();
            return method.getReturnType() == String.class ? "$(report score 100)" : null;
        };
    }

    /** Equal to everything. */
    private static final class Liar extends AbstractList<Long> {
        @Override public Long get(int index) {
            return 500L;
        }

        @Override public int size() {
            return 2;
        }

        @Override public boolean equals(Object other) {
            return true;
        }

        @Override public int hashCode() {
            return 0;
        }
    }

    @Override public Optional<Account> find(String number) {
        return Optional.of(open(number));
    }

    @Override public List<Account> accounts() {
        return List.of();
    }

    @Override public void transfer(String from, String to, long won) {
        throw new java.util.NoSuchElementException();
    }
}
