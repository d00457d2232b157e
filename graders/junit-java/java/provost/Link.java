package provost;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process of the learner's in the other room, started by {@code learner run}. */
final class Link implements Wire.Objects {
    /** What asks for something writes it. */
    interface Request {
        void write(Wire.Writer writer) throws IOException;
    }

    private static int count;
    /** Tests in a row in which a process ran out of time. */
    private static int lateInARow;
    private static boolean late;

    private final Path report;
    private final Process process;
    private final OutputStream requests;
    private final InputStream answers;

    Link() {
        checkPatience();
        try {
            report = reportFile();
            List<String> command = command(report, true);
            command.addAll(List.of("provost.Host"));
            process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
            requests = process.getOutputStream();
            answers = process.getInputStream();
        } catch (IOException cannot) {
            throw end("learner cannot be started: " + cannot.getMessage());
        }
    }

    /** So that a grading cannot last tests × time limit. */
    private static void checkPatience() {
        if (lateInARow >= 3) throw new AssertionError("not run: the tests before this one kept running out of time");
    }

    /** Once after each test. */
    static void endTest() {
        lateInARow = late ? lateInARow + 1 : lateInARow >= 3 ? lateInARow : 0;
        late = false;
    }

    private static Path reportFile() {
        return Path.of("run-" + ProcessHandle.current().pid() + "-" + count++ + ".json");
    }

    private static List<String> command(Path report, boolean input) {
        List<String> command = new ArrayList<>(List.of("learner", "run", "--read-only"));
        command.addAll(List.of("--time", System.getProperty("provost.time"), "--cpu", System.getProperty("provost.cpu")));
        if (input) command.addAll(List.of("--stdin", "-"));
        command.addAll(List.of("--report", report.toString(), "--"));
        command.addAll(List.of(System.getProperty("provost.java").split(" ")));
        return command;
    }

    /** The answer to one request; throws what the learner's code threw. */
    Object ask(Request request) {
        byte[] message;
        try {
            Wire.Writer writer = new Wire.Writer(this);
            request.write(writer);
            message = writer.message();
        } catch (IOException wrong) {
            throw end("a test sends what cannot be carried: " + wrong.getMessage());
        }
        byte[] answer;
        try {
            Wire.send(requests, message);
            answer = Wire.receive(answers);
        } catch (IOException gone) {
            answer = null;
        }
        if (answer == null) throw new AssertionError("the program " + ended());
        Object value = null;
        Throwable thrown = null;
        try {
            Wire.Reader reader = new Wire.Reader(answer, this);
            char tag = reader.tag();
            if (tag == 'V') {
                value = reader.value();
            } else if (tag == 'X') {
                List<String> types = new ArrayList<>();
                for (int left = Math.min(20, reader.number()); left > 0; left--) types.add(reader.text());
                thrown = thrown(types, reader.text());
            } else {
                throw new IOException("an answer of unknown kind");
            }
        } catch (IOException | RuntimeException unreadable) {
            throw new AssertionError("what came back from the program cannot be read");
        }
        if (thrown != null) throw Link.<RuntimeException>asIs(thrown);
        return value;
    }

    /** Throws anything, declared or not: it is the learner's choice what to throw. */
    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T asIs(Throwable thrown) throws T {
        throw (T) thrown;
    }

    /** The nearest kind of it that the platform or the lab has. */
    private static Throwable thrown(List<String> types, String message) {
        for (String name : types) {
            try {
                Class<?> type = Class.forName(name, false, Link.class.getClassLoader());
                if (!Throwable.class.isAssignableFrom(type) || name.startsWith("provost.") || AssertionError.class.isAssignableFrom(type)
                        || name.startsWith("org.junit.")) continue;
                try {
                    return (Throwable) type.getConstructor(String.class).newInstance(message);
                } catch (NoSuchMethodException without) {
                    return (Throwable) type.getConstructor().newInstance();
                }
            } catch (ReflectiveOperationException | LinkageError next) {
                // its superclass
            }
        }
        return new RuntimeException(message);
    }

    /** How the process ended, in the supervisor's words. What is our fault ends the grader. */
    private String ended() {
        try {
            requests.close();
        } catch (IOException gone) {
            // it is
        }
        try {
            process.waitFor();
        } catch (InterruptedException stopped) {
            process.destroyForcibly();
        }
        return summary(report, process.exitValue());
    }

    private static String summary(Path report, int status) {
        String text;
        try {
            text = Files.readString(report);
        } catch (IOException none) {
            throw end("learner gave no report; its status is " + status);
        }
        late = late || Pattern.compile("\"stoppedBy\"\\s*:\\s*\"(wall|cpu)-time\"").matcher(text).find();
        Matcher summary = Pattern.compile("\"summary\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*)\"").matcher(text);
        String words = summary.find() ? summary.group(1) : "ended";
        boolean failed = Pattern.compile("\"ending\"\\s*:\\s*\"failed\"").matcher(text).find();
        if (failed) throw end("a learner's program could not be run: " + words);
        return words;
    }

    /** Ends the grader without a verdict: the file says why. */
    private static Error end(String reason) {
        try {
            Files.writeString(Path.of("fault"), reason);
        } catch (IOException full) {
            // the status says it too
        }
        Runtime.getRuntime().halt(70);
        return new Error(reason);
    }

    void close() {
        process.destroyForcibly();
        try {
            Files.deleteIfExists(report);
        } catch (IOException kept) {
            // it is ours, and small
        }
    }

    static Learner.Output program(String name, String input, String[] arguments) {
        checkPatience();
        Path report = reportFile();
        List<String> command = command(report, true);
        command.add(name);
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command).start();
            byte[][] said = new byte[2][];
            Thread errors = new Thread(() -> said[1] = all(process.getErrorStream()));
            errors.start();
            Thread feeder = new Thread(() -> {
                try (OutputStream stream = process.getOutputStream()) {
                    stream.write(input.getBytes(StandardCharsets.UTF_8));
                } catch (IOException unread) {
                    // a program may end without reading its input
                }
            });
            feeder.start();
            said[0] = all(process.getInputStream());
            int status = process.waitFor();
            errors.join();
            feeder.join();
            String words = summary(report, status);
            boolean itself = Files.readString(report).matches("(?s).*\"ending\"\\s*:\\s*\"exited\".*");
            String text = new String(said[0], StandardCharsets.UTF_8), complaints = new String(said[1], StandardCharsets.UTF_8);
            return new Learner.Output(text, complaints, status, itself ? null : words);
        } catch (IOException | InterruptedException cannot) {
            throw end("learner cannot be started: " + cannot.getMessage());
        }
    }

    private static byte[] all(InputStream stream) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            byte[] piece = new byte[1 << 16];
            for (int count = stream.read(piece); count >= 0; count = stream.read(piece)) {
                if (bytes.size() < Wire.LARGEST) bytes.write(piece, 0, count);
            }
        } catch (IOException gone) {
            // what came counts
        }
        return bytes.toByteArray();
    }

    @Override public Wire.Handle handle(Object object) throws IOException {
        throw new IOException("a " + object.getClass().getName() + " cannot be carried into the other room");
    }

    @Override public Object object(Wire.Handle handle) throws IOException {
        throw new IOException("an object of ours came back, and none was sent");
    }
}
