package provost;

/** What has to be closed after each test. */
final class Session {
    static Runnable atEnd = () -> {};

    private Session() {}

    static void close() {
        atEnd.run();
    }
}
