package provost;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.internal.runners.ErrorReportingRunner;
import org.junit.runner.Description;
import org.junit.runner.JUnitCore;
import org.junit.runner.Request;
import org.junit.runner.Result;
import org.junit.runner.manipulation.Filter;
import org.junit.runner.notification.Failure;
import org.junit.runner.notification.RunListener;

/**
 * Runs JUnit 4 tests one by one and tells the grader how each ended. The first line of standard input is a secret that each line
 * of output begins with. {@code list CLASS…} prints the names of all tests, as CLASS#METHOD. {@code run FIRST} reads such names,
 * one a line, and runs them from number FIRST on. What tests and learner code print goes nowhere.
 */
public final class Runner {
    private static PrintStream events;
    private static String secret;

    private Runner() {}

    public static void main(String[] arguments) throws Exception {
        events = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        secret = input.readLine();
        List<String> names = new ArrayList<>();
        for (String line = input.readLine(); line != null; line = input.readLine()) names.add(line);
        System.setOut(new PrintStream(OutputStream.nullOutputStream()));
        System.setErr(new PrintStream(OutputStream.nullOutputStream()));
        System.setIn(new ByteArrayInputStream(new byte[0]));
        if (arguments[0].equals("list")) {
            for (int index = 1; index < arguments.length; index++) {
                Class<?> one = Class.forName(arguments[index], false, Runner.class.getClassLoader());
                leaves(Request.aClass(one).getRunner().getDescription(), one);
            }
        } else {
            for (int number = Integer.parseInt(arguments[1]); number < names.size(); number++) runOne(number, names.get(number));
        }
        tell("end", "", "");
        // Threads that learner code left behind must not keep this machine alive.
        Runtime.getRuntime().halt(0);
    }

    private static void leaves(Description description, Class<?> one) {
        if (description.isTest()) tell("test", one.getName() + "#" + method(description), "");
        for (Description child : description.getChildren()) leaves(child, one);
    }

    private static String method(Description test) {
        return test.getMethodName() == null ? test.getDisplayName() : test.getMethodName();
    }

    private static void tell(String what, String name, String message) {
        Base64.Encoder base64 = Base64.getEncoder();
        String cut = message.length() > 20000 ? message.substring(0, 20000) : message;
        events.println(secret + " " + what + " " + base64.encodeToString(name.getBytes(StandardCharsets.UTF_8)) + " "
                + base64.encodeToString(cut.getBytes(StandardCharsets.UTF_8)));
    }

    /** In a thread and a group of its own, so that learner code has no business with any other thread. */
    private static void runOne(int number, String name) throws InterruptedException {
        tell("begin", Integer.toString(number), "");
        String[] ended = {"fail", "the test did not run"};
        Thread thread = new Thread(new ThreadGroup("test"), () -> {
            String[] found = outcome(name);
            ended[0] = found[0];
            ended[1] = found[1];
        }, "test", 4 << 20);
        thread.start();
        thread.join();
        tell(ended[0], Integer.toString(number), ended[1]);
    }

    private static String[] outcome(String name) {
        boolean[] skipped = {false};
        JUnitCore core = new JUnitCore();
        core.addListener(new RunListener() {
            @Override public void testIgnored(Description description) { skipped[0] = true; }
            @Override public void testAssumptionFailure(Failure failure) { skipped[0] = true; }
        });
        try {
            Class<?> one = Class.forName(name.substring(0, name.indexOf('#')), false, Runner.class.getClassLoader());
            Request request = Request.aClass(one);
            // A class that cannot be made ready has a runner that says why, and none of its tests.
            if (!(request.getRunner() instanceof ErrorReportingRunner)) {
                request = request.filterWith(only(name.substring(name.indexOf('#') + 1)));
            }
            Result result = core.run(request);
            if (result.getFailureCount() > 0) return new String[] {"fail", words(result.getFailures().get(0).getException())};
            return skipped[0] || result.getRunCount() == 0 ? new String[] {"skip", ""} : new String[] {"pass", ""};
        } catch (Throwable thrown) {
            return new String[] {"fail", words(thrown)};
        } finally {
            Session.close();
        }
    }

    private static Filter only(String method) {
        return new Filter() {
            @Override public boolean shouldRun(Description description) {
                if (description.isTest()) return method(description).equals(method);
                return description.getChildren().stream().anyMatch(this::shouldRun);
            }

            @Override public String describe() {
                return method;
            }
        };
    }

    /** An assertion's own words; of anything else the kind only, since its text may be the learner's. */
    private static String words(Throwable thrown) {
        try {
            if (thrown instanceof AssertionError) return "assertion " + thrown.getMessage();
            return "thrown " + thrown.getClass().getName() + " " + (thrown instanceof LinkageError ? thrown.getMessage() : "");
        } catch (Throwable again) {
            return "thrown";
        }
    }
}
