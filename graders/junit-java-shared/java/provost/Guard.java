package provost;

/**
 * The security manager of shared grading: permissions by where code came from, as the policy file says, and no way from one
 * test's threads to others. Learner code on the stack has no permission but reading its own files: it cannot end the machine,
 * write, connect, start programs, load native code, open what is private, replace streams or this manager.
 */
public final class Guard extends SecurityManager {
    private static final ThreadGroup own = Thread.currentThread().getThreadGroup();

    @Override public void checkAccess(Thread thread) {
        ThreadGroup group = thread.getThreadGroup();
        if (group == null || !isOfTests(group)) super.checkPermission(new RuntimePermission("modifyThread"));
    }

    @Override public void checkAccess(ThreadGroup group) {
        if (!isOfTests(group)) super.checkPermission(new RuntimePermission("modifyThreadGroup"));
    }

    /** Below the group of this machine's main thread, which the groups of tests are made in. */
    private static boolean isOfTests(ThreadGroup group) {
        return group != own && own.parentOf(group);
    }

    /** Every class of the class path is allowed {@code exitVM} by its loader, whatever the policy says; this permission is the
     * policy's alone. */
    @Override public void checkExit(int status) {
        super.checkPermission(new RuntimePermission("endMachine"));
    }
}
