package provost;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Values as bytes, both ways between the tests and the learner's classes. Only plain values are rebuilt, each of exactly the type
 * it had; of any other object goes a number that stands for it. Nothing is deserialized that could run code. Bytes may be
 * hostile: lengths are checked against what is there, and values nest at most 60 deep.
 */
final class Wire {
    static final int LARGEST = 8 << 20;
    private static final int DEEPEST = 60;
    private static final int SAME_HASH = 100; // keys of one table: each of them is compared with all others of its hash
    private static final Map<String, Class<?>> PRIMITIVES = Map.of("boolean", boolean.class, "byte", byte.class, "short", short.class, "char",
            char.class, "int", int.class, "long", long.class, "float", float.class, "double", double.class, "String", String.class);

    /** An object that stays on the other side. */
    record Handle(int number, String type) {}

    /** A constant of an enumeration, by name. */
    record Constant(String type, String name) {}

    /** Numbers objects that stay here, and finds them again. */
    interface Objects {
        /** The handle of an object that cannot be carried. */
        Handle handle(Object object) throws IOException;

        /** What a handle from the other side stands for here. */
        Object object(Handle handle) throws IOException;
    }

    private Wire() {}

    static void send(OutputStream stream, byte[] message) throws IOException {
        if (message.length > LARGEST) throw new IOException("a message of more than 8 MiB");
        DataOutputStream output = new DataOutputStream(stream);
        output.writeInt(message.length);
        output.write(message);
        output.flush();
    }

    /** The next message; null at the end. */
    static byte[] receive(InputStream stream) throws IOException {
        DataInputStream input = new DataInputStream(stream);
        int length;
        try {
            length = input.readInt();
        } catch (EOFException end) {
            return null;
        }
        if (length < 0 || length > LARGEST) throw new IOException("a message of " + length + " bytes");
        byte[] message = input.readNBytes(length);
        return message.length == length ? message : null;
    }

    static final class Writer {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final DataOutputStream output = new DataOutputStream(bytes);
        private final Objects objects;

        Writer(Objects objects) {
            this.objects = objects;
        }

        byte[] message() {
            return bytes.toByteArray();
        }

        Writer tag(char tag) throws IOException {
            output.writeByte(tag);
            return this;
        }

        Writer text(String text) throws IOException {
            output.writeInt(text.length());
            output.writeChars(text);
            if (bytes.size() > LARGEST) throw new IOException("more than 8 MiB");
            return this;
        }

        Writer number(int number) throws IOException {
            output.writeInt(number);
            return this;
        }

        Writer value(Object value) throws IOException {
            return value(value, 0);
        }

        private Writer value(Object value, int depth) throws IOException {
            if (depth > DEEPEST) throw new IOException("values inside values, more than " + DEEPEST + " deep");
            if (value == null) return tag('0');
            if (value instanceof String text) return tag('T').text(text);
            if (value instanceof Boolean one) output.writeShort('Z' << 8 | (one ? 1 : 0));
            else if (value instanceof Integer one) tag('I').output.writeInt(one);
            else if (value instanceof Long one) tag('J').output.writeLong(one);
            else if (value instanceof Double one) tag('D').output.writeDouble(one);
            else if (value instanceof Float one) tag('F').output.writeFloat(one);
            else if (value instanceof Short one) tag('S').output.writeShort(one);
            else if (value instanceof Byte one) tag('B').output.writeByte(one);
            else if (value instanceof Character one) tag('C').output.writeChar(one);
            else if (value.getClass() == BigInteger.class) tag('G').text(value.toString());
            else if (value.getClass() == BigDecimal.class) tag('H').text(value.toString());
            else if (value instanceof Constant constant) tag('E').text(constant.type()).text(constant.name());
            else if (value instanceof Enum<?> one) tag('E').text(one.getDeclaringClass().getName()).text(one.name());
            else if (value.getClass().isArray()) array(value, depth);
            else if (value instanceof Optional<?> one) tag('?').value(one.orElse(null), depth + 1);
            else if (value instanceof Map<?, ?> map && isOfPlatform(map)) {
                Map<?, ?> copy = new LinkedHashMap<>(map);
                tag('M').number(copy.size());
                for (Map.Entry<?, ?> entry : copy.entrySet()) value(entry.getKey(), depth + 1).value(entry.getValue(), depth + 1);
            } else if ((value instanceof List || value instanceof Set) && isOfPlatform(value)) {
                Object[] elements = ((Collection<?>) value).toArray();
                tag(value instanceof List ? 'L' : 'U').number(elements.length);
                for (Object element : elements) value(element, depth + 1);
            } else {
                Handle handle = value instanceof Handle given ? given : objects.handle(value);
                tag(value instanceof Handle ? 'R' : 'O').number(handle.number()).text(handle.type());
            }
            return this;
        }

        private void array(Object array, int depth) throws IOException {
            Class<?> component = array.getClass().getComponentType();
            String name = component == String.class ? "String" : component.isPrimitive() ? component.getName() : "";
            tag('A').text(name).number(Array.getLength(array));
            for (int index = 0; index < Array.getLength(array); index++) value(Array.get(array, index), depth + 1);
        }

        private static boolean isOfPlatform(Object value) {
            return value.getClass().getClassLoader() == null;
        }
    }

    static final class Reader {
        private final DataInputStream input;
        private final Objects objects;

        Reader(byte[] message, Objects objects) {
            input = new DataInputStream(new ByteArrayInputStream(message));
            this.objects = objects;
        }

        char tag() throws IOException {
            return (char) input.readUnsignedByte();
        }

        int number() throws IOException {
            return input.readInt();
        }

        String text() throws IOException {
            int length = count(2);
            StringBuilder text = new StringBuilder(length);
            for (int index = 0; index < length; index++) text.append(input.readChar());
            return text.toString();
        }

        private int count(int each) throws IOException {
            int count = input.readInt();
            if (count < 0 || (long) count * each > input.available()) throw new IOException("a length of " + count);
            return count;
        }

        Object value() throws IOException {
            return value(0);
        }

        private Object value(int depth) throws IOException {
            if (depth > DEEPEST) throw new IOException("values inside values, more than " + DEEPEST + " deep");
            char tag = tag();
            switch (tag) {
                case '0': return null;
                case 'T': return text();
                case 'Z': return input.readByte() != 0;
                case 'I': return input.readInt();
                case 'J': return input.readLong();
                case 'D': return input.readDouble();
                case 'F': return input.readFloat();
                case 'S': return input.readShort();
                case 'B': return input.readByte();
                case 'C': return input.readChar();
                case 'G': return new BigInteger(digits());
                case 'H': return new BigDecimal(digits());
                case 'E': return new Constant(text(), text());
                case '?': return Optional.ofNullable(value(depth + 1));
                case 'A': return array(depth);
                case 'L': return fill(new ArrayList<>(), count(1), depth);
                case 'U': return new LinkedHashSet<>(keys(fill(new ArrayList<>(), count(1), depth)));
                case 'M':
                    int count = count(2);
                    List<Object> keys = new ArrayList<>(), values = new ArrayList<>();
                    for (int left = count; left > 0; left--) {
                        keys.add(value(depth + 1));
                        values.add(value(depth + 1));
                    }
                    keys(keys);
                    Map<Object, Object> map = new LinkedHashMap<>();
                    for (int index = 0; index < count; index++) map.put(keys.get(index), values.get(index));
                    return map;
                case 'O': return new Handle(number(), text());
                case 'R': return objects.object(new Handle(number(), text()));
                default: throw new IOException("a value of unknown kind " + (int) tag);
            }
        }

        private String digits() throws IOException {
            String text = text();
            if (!text.matches("-?[0-9]{1,2000}(\\.[0-9]{1,2000})?(E[+-]?[0-9]{1,6})?")) throw new IOException("a number that is none");
            return text;
        }

        private List<Object> fill(List<Object> values, int count, int depth) throws IOException {
            for (int left = count; left > 0; left--) values.add(value(depth + 1));
            return values;
        }

        /** The same keys, when they are fit for a table: not so many of one hash that making it takes minutes. */
        private static List<Object> keys(List<Object> keys) throws IOException {
            int[] hashes = keys.stream().mapToInt(key -> key == null ? 0 : key.hashCode()).sorted().toArray();
            for (int index = SAME_HASH; index < hashes.length; index++)
                if (hashes[index] == hashes[index - SAME_HASH]) throw new IOException("too many keys of one hash");
            return keys;
        }

        private Object array(int depth) throws IOException {
            String name = text();
            Class<?> component = name.isEmpty() ? Object.class : PRIMITIVES.get(name);
            if (component == null) throw new IOException("an array of unknown kind");
            int count = count(1);
            Object array = Array.newInstance(component, count);
            for (int index = 0; index < count; index++) {
                Object value = value(depth + 1);
                try {
                    Array.set(array, index, value);
                } catch (IllegalArgumentException | NullPointerException mixed) {
                    throw new IOException("an array of mixed kinds");
                }
            }
            return array;
        }
    }
}
