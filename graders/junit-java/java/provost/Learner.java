package provost;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The learner's classes, from a test. They run in the other room: a call carries plain values there and back, and an object of
 * the learner's stands here behind an interface of the lab's. Each test has a new process, started at its first use.
 *
 * <pre>
 * Bank bank = Learner.create(Bank.class, "SimpleBank");      // new SimpleBank()
 * bank.open("Minji").deposit(500);                            // open gives an Account, an interface too
 * long greatest = Learner.call(long.class, "Numbers", "gcd", 12L, 18L);   // a static method
 * Learner.Output said = Learner.run("Main", "input\n", "argument");       // a program by itself
 * </pre>
 */
public final class Learner {
    private static Link link;

    private Learner() {}

    /** How a program by itself ended and what it printed. {@code ended} is null when it ended by itself, or says how it was
     * stopped. */
    public record Output(String text, String errors, int status, String ended) {}

    /** A new object of the learner's class {@code name}, behind {@code type}, an interface of the lab's. */
    public static <T> T create(Class<T> type, String name, Object... arguments) {
        Object made = link().ask(writer -> writer.tag('N').text(name).value(sent(arguments)));
        return type.cast(received(made, type, name));
    }

    /** What the static method {@code method} of the learner's class {@code name} returns. */
    @SuppressWarnings("unchecked")
    public static <T> T call(Class<T> type, String name, String method, Object... arguments) {
        Object found = link().ask(writer -> writer.tag('S').text(name).text(method).value(sent(arguments)));
        return (T) received(found, type, name + "." + method);
    }

    /** Runs the {@code main} of the learner's class {@code name} with this standard input. */
    public static Output run(String name, String input, String... arguments) {
        Session.atEnd = Learner::close;
        return Link.program(name, input, arguments);
    }

    private static Link link() {
        if (link == null) {
            link = new Link();
            Session.atEnd = Learner::close;
        }
        return link;
    }

    private static void close() {
        if (link != null) link.close();
        link = null;
        Link.endTest();
    }

    private static Object[] sent(Object[] values) {
        Object[] found = new Object[values == null ? 0 : values.length];
        for (int index = 0; index < found.length; index++) found[index] = sent(values[index]);
        return found;
    }

    private static Object sent(Object value) {
        if (value != null && Proxy.isProxyClass(value.getClass()) && Proxy.getInvocationHandler(value) instanceof Remote remote) {
            if (remote.link != link) throw new AssertionError("an object of another test");
            return remote.handle;
        }
        return value;
    }

    /** A value as the test's declared type wants it. Anything else that came back is the learner's mistake, said without the
     * value. */
    private static Object received(Object value, Type type, String where) {
        Class<?> raw = raw(type);
        if (raw == void.class) return null;
        if (value instanceof Wire.Handle handle) {
            if (raw.isInterface() && !raw.getName().startsWith("java.")) return proxy(raw, handle);
            if (raw == Object.class) return handle;
            throw new AssertionError(where + " gave something that is no " + raw.getSimpleName());
        }
        if (value instanceof Wire.Constant constant && raw.isEnum()) {
            for (Object one : raw.getEnumConstants()) if (((Enum<?>) one).name().equals(constant.name())) return one;
        }
        Object found = inside(value, type, where);
        Class<?> boxed = java.lang.invoke.MethodType.methodType(raw).wrap().returnType();
        boolean fits = found == null ? !raw.isPrimitive() : boxed.isInstance(found);
        if (!fits) throw new AssertionError(where + " gave something that is no " + raw.getSimpleName());
        return found;
    }

    private static Object inside(Object value, Type type, String where) {
        Type[] inner = type instanceof ParameterizedType with ? with.getActualTypeArguments() : new Type[0];
        if (inner.length == 0) return value;
        Type last = inner[inner.length - 1];
        if (value instanceof Optional<?> one) return one.map(element -> received(element, last, where));
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> found = new LinkedHashMap<>();
            map.forEach((key, element) -> found.put(received(key, inner[0], where), received(element, last, where)));
            return found;
        }
        if (value instanceof Collection<?> elements) {
            Collection<Object> found = value instanceof List ? new ArrayList<>() : new LinkedHashSet<>();
            for (Object element : elements) found.add(element == null ? null : received(element, last, where));
            return found;
        }
        return value;
    }

    private static Class<?> raw(Type type) {
        return type instanceof Class<?> one ? one : type instanceof ParameterizedType with ? (Class<?>) with.getRawType() : Object.class;
    }

    private static Object proxy(Class<?> type, Wire.Handle handle) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, new Remote(link, handle));
    }

    /** One object of the learner's. Two proxies of one object are equal here, whatever its own {@code equals} says. */
    private record Remote(Link link, Wire.Handle handle) implements InvocationHandler {
        @Override public Object invoke(Object self, Method method, Object[] arguments) {
            if (method.getDeclaringClass() == Object.class) {
                switch (method.getName()) {
                    case "hashCode": return handle.number();
                    case "equals": return arguments[0] != null && Proxy.isProxyClass(arguments[0].getClass())
                            && Proxy.getInvocationHandler(arguments[0]) instanceof Remote other && other.link == link
                            && other.handle.number() == handle.number();
                    default: // toString is the learner's
                }
            }
            if (link != Learner.link) throw new AssertionError("an object of another test");
            Object found = link.ask(writer -> writer.tag('C').number(handle.number()).text(method.getName()).value(sent(arguments)));
            return received(found, method.getGenericReturnType(), method.getName());
        }
    }
}
