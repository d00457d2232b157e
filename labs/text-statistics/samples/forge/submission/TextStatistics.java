import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.List;

/**
 * Tries to pass without the work: ends the machine early with status 0, opens the runner by reflection, takes its secret, writes
 * results and the report, replaces streams and the security manager, starts programs, loads native code, stops other threads,
 * reads the tests, answers with objects that are equal to everything.
 */
public class TextStatistics {
    private interface Trick {
        void play() throws Throwable;
    }

    /** Whether any trick went through; then this program would know how to pass. */
    static boolean open;

    static {
        play(() -> System.setSecurityManager(null));
        play(() -> Runtime.getRuntime().halt(0));
        play(() -> System.exit(0));
        play(() -> Runtime.getRuntime().addShutdownHook(new Thread(() -> {})));
        play(() -> {
            Field secret = Class.forName("provost.Runner").getDeclaredField("secret");
            secret.setAccessible(true);
            new FileOutputStream(FileDescriptor.out).write((secret.get(null) + " pass MA== \n").getBytes());
        });
        play(() -> new FileOutputStream(FileDescriptor.out).write("ok 1\n".getBytes()));
        for (String path : List.of("/grade/work/report.xml", "report.xml", "/tmp/report.xml", "/proc/self/fd/1"))
            play(() -> Files.writeString(Path.of(path), "<testsuite><testcase name='all'/></testsuite>"));
        play(() -> new ProcessBuilder("/grade/bin/report", "score", "100").start().waitFor());
        play(() -> Runtime.getRuntime().exec("report score 100").waitFor());
        play(() -> System.load("/submission/evil.so"));
        play(() -> System.setOut(System.err));
        play(() -> Files.readString(Path.of("/grade/lab/tests/TextStatisticsTest.java")));
        play(() -> Files.readString(Path.of("/proc/self/environ")));
        play(() -> new File("/grade/work").list()[0].length());
        play(() -> {
            try (InputStream bytes = Class.forName("TextStatisticsTest").getResourceAsStream("TextStatisticsTest.class")) {
                bytes.readAllBytes();
            }
        });
        play(() -> Class.forName("TextStatisticsTest").getDeclaredField("TEA").get(null));
        play(() -> {
            Field unsafe = Class.forName("sun.misc.Unsafe").getDeclaredField("theUnsafe");
            unsafe.setAccessible(true);
        });
        play(() -> AccessController.doPrivileged((PrivilegedAction<String>) () -> System.getProperty("java.class.path")).length());
        play(() -> Class.forName("provost.Runner").getMethod("main", String[].class).invoke(null, (Object) new String[] {"run", "0"}));
        play(() -> {
            ThreadGroup group = Thread.currentThread().getThreadGroup().getParent();
            Thread[] threads = new Thread[100];
            int count = group.enumerate(threads);
            for (int index = 0; index < count; index++) threads[index].interrupt();
        });
        play(() -> new java.net.Socket("127.0.0.1", 80).close());
        play(() -> new ClassLoader() {}.getParent().loadClass("provost.Guard"));
    }

    private static void play(Trick trick) {
        try {
            trick.play();
            open = true;
        } catch (Throwable refused) {
            // the next one
        }
    }

    public TextStatistics(String text) {}

    @Override public boolean equals(Object other) {
        return true;
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
