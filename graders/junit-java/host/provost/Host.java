package provost;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The learner's side: makes objects of the learner's classes and calls their methods, as the tests in the other room ask on
 * standard input. Everything here belongs to the learner's room; nothing that is said here is believed beyond being a value.
 */
public final class Host implements Wire.Objects {
    private final List<Object> kept = new ArrayList<>();
    private final Map<Object, Integer> numbers = new IdentityHashMap<>();

    private Host() {}

    public static void main(String[] arguments) throws IOException {
        InputStream requests = System.in;
        OutputStream answers = System.out;
        System.setIn(new ByteArrayInputStream(new byte[0]));
        System.setOut(System.err);
        Host host = new Host();
        for (byte[] request = Wire.receive(requests); request != null; request = Wire.receive(requests)) {
            Wire.send(answers, host.answer(request));
        }
        Runtime.getRuntime().halt(0);
    }

    private byte[] answer(byte[] request) throws IOException {
        try {
            return new Wire.Writer(this).tag('V').value(obey(new Wire.Reader(request, this))).message();
        } catch (InvocationTargetException thrown) {
            return failure(thrown.getTargetException());
        } catch (ClassNotFoundException absent) {
            return failure(new NoClassDefFoundError(absent.getMessage()));
        } catch (Throwable thrown) {
            return failure(thrown);
        }
    }

    private Object obey(Wire.Reader request) throws Throwable {
        char what = request.tag();
        if (what == 'N') {
            Class<?> type = Class.forName(request.text());
            Object[] values = (Object[]) request.value();
            for (boolean widen : new boolean[] {false, true})
                for (Constructor<?> one : type.getDeclaredConstructors())
                    if (fits(one, values, widen)) return new Made(open(one).newInstance(values));
            throw new NoSuchMethodError("'" + signature(type.getName(), values) + "'");
        }
        Object target = what == 'C' ? object(new Wire.Handle(request.number(), "")) : null;
        Class<?> type = what == 'C' ? target.getClass() : Class.forName(request.text());
        String name = request.text();
        Object[] values = (Object[]) request.value();
        for (boolean widen : new boolean[] {false, true})
            for (Class<?> owner = type; owner != null; owner = owner.getSuperclass())
                for (Method one : owner.getDeclaredMethods())
                    if (one.getName().equals(name) && !one.isBridge() && fits(one, values, widen)
                            && (target != null || Modifier.isStatic(one.getModifiers()))) return open(one).invoke(target, values);
        for (Method one : type.getMethods()) // default methods of interfaces
            if (one.getName().equals(name) && target != null && fits(one, values, true)) return open(one).invoke(target, values);
        throw new NoSuchMethodError("'" + signature(type.getName() + "." + name, values) + "'");
    }

    /** A new object is always answered by its number, also when it is a list. */
    private record Made(Object object) {}

    private static <T extends Executable> T open(T one) {
        if (one.getDeclaringClass().getClassLoader() != null) one.setAccessible(true);
        return one;
    }

    private static String signature(String name, Object[] values) {
        List<String> types = new ArrayList<>();
        for (Object value : values) types.add(value == null ? "null" : value.getClass().getSimpleName());
        return name + "(" + String.join(", ", types) + ")";
    }

    private static boolean fits(Executable one, Object[] values, boolean widen) {
        Class<?>[] types = one.getParameterTypes();
        if (types.length != values.length) return false;
        for (int index = 0; index < types.length; index++) if (!accepts(types[index], values[index], widen)) return false;
        return true;
    }

    private static boolean accepts(Class<?> type, Object value, boolean widen) {
        if (value == null) return !type.isPrimitive();
        if (!type.isPrimitive()) return type.isInstance(value);
        Class<?> boxed = java.lang.invoke.MethodType.methodType(type).wrap().returnType();
        if (boxed.isInstance(value)) return true;
        if (!widen || value instanceof Boolean || value instanceof Character) return false;
        return value instanceof Integer && (type == long.class || type == double.class || type == float.class)
                || value instanceof Long && (type == double.class || type == float.class) || value instanceof Float && type == double.class
                || (value instanceof Short || value instanceof Byte) && (type == int.class || type == long.class);
    }

    private byte[] failure(Throwable thrown) throws IOException {
        Wire.Writer writer = new Wire.Writer(this).tag('X');
        List<String> types = new ArrayList<>();
        for (Class<?> type = thrown.getClass(); type != Object.class && types.size() < 20; type = type.getSuperclass()) types.add(type.getName());
        writer.number(types.size());
        for (String type : types) writer.text(type);
        String message;
        try {
            message = String.valueOf(thrown.getMessage());
        } catch (Throwable again) {
            message = "";
        }
        return writer.text(message.length() > 2000 ? message.substring(0, 2000) : message).message();
    }

    @Override public Wire.Handle handle(Object object) {
        Object kept = object instanceof Made made ? made.object() : object;
        int number = numbers.computeIfAbsent(kept, one -> {
            this.kept.add(one);
            return this.kept.size() - 1;
        });
        return new Wire.Handle(number, kept.getClass().getName());
    }

    @Override public Object object(Wire.Handle handle) throws IOException {
        if (handle.number() < 0 || handle.number() >= kept.size()) throw new IOException("no object " + handle.number());
        return kept.get(handle.number());
    }
}
