/* A member of a JGroups group: SECONDS RATE RANK MEMBERS total|fifo bundling|plain. It says and does what member.h describes; the stack is
 * the udp.xml of the package, changed in what the last two words say. */

import java.io.*;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.jgroups.*;
import org.jgroups.conf.XmlConfigurator;

public class Member extends ReceiverAdapter {
    static final int BYTES = 64;
    static final int SAMPLES = 1_000_000;
    static final long MARGIN = 500_000_000L;
    static final long WARM_UP = 4_000_000_000L;

    final int own, wanted;
    final CountDownLatch complete = new CountDownLatch(1);
    long from = Long.MAX_VALUE, to, count;
    boolean isTimed;
    long said;
    final long[] given = new long[16];
    final long[][] samples = new long[2][SAMPLES];
    final int[] sampled = new int[2];

    Member(int own, int wanted) {
        this.own = own;
        this.wanted = wanted;
    }

    @Override
    public void viewAccepted(View view) {
        if (view.size() == wanted) complete.countDown();
    }

    @Override
    public synchronized void receive(Message message) {
        long at = System.nanoTime();
        ByteBuffer bytes = ByteBuffer.wrap(message.getRawBuffer(), message.getOffset(), message.getLength());
        long sent = bytes.getLong(), number = bytes.getLong();
        int of = bytes.getInt();
        if (number != ++given[of]) {
            System.err.println("message " + given[of] + " of member " + of + " was lost, doubled or overtaken: " + number + " came");
            System.exit(1);
        }
        if (at < from || at >= to) return;
        count++;
        if (!isTimed) return;
        int kind = of == own ? 0 : 1;
        if (sampled[kind] < SAMPLES) samples[kind][sampled[kind]++] = at - sent;
    }

    synchronized long begin(boolean timed, int seconds) {
        isTimed = timed;
        count = 0;
        from = System.nanoTime() + MARGIN;
        to = from + seconds * 1_000_000_000L;
        return to + MARGIN;
    }

    synchronized String percentiles() {
        StringBuilder line = new StringBuilder("latency");
        for (int kind = 0; kind < 2; kind++) {
            if (sampled[kind] == 0) throw new IllegalStateException("nothing was delivered");
            Arrays.sort(samples[kind], 0, sampled[kind]);
            for (double part : new double[] {.5, .99})
                line.append(' ').append(samples[kind][(int) (part * (sampled[kind] - 1))]);
        }
        return line.toString();
    }

    synchronized long counted() {
        return count;
    }

    Message message() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        bytes.putLong(System.nanoTime()).putLong(++said).putInt(own);
        return new Message(null, null, bytes.array());
    }

    static String stack(boolean isTotal, boolean isBundling) throws IOException {
        String stack;
        try (InputStream in = JChannel.class.getResourceAsStream("/udp.xml")) {
            stack = new String(in.readAllBytes(), "UTF-8");
        }
        if (isTotal) stack = stack.replace("<UFC ", "<SEQUENCER/>\n    <UFC ");
        if (!isBundling) stack = stack.replace("enable_bundling=\"true\"", "enable_bundling=\"false\"");
        return stack;
    }

    static void go(BufferedReader in) throws IOException {
        if (in.readLine() == null) System.exit(0);
    }

    public static void main(String[] args) throws Exception {
        int seconds = Integer.parseInt(args[0]);
        long gap = (long) (1e9 / Double.parseDouble(args[1]));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        PrintStream out = System.out;
        // The library writes its address to the standard output.
        System.setOut(System.err);
        Member member = new Member(Integer.parseInt(args[2]), Integer.parseInt(args[3]));
        String stack = stack(args[4].equals("total"), args[5].equals("bundling"));
        JChannel channel = new JChannel(XmlConfigurator.getInstance(new ByteArrayInputStream(stack.getBytes("UTF-8"))));
        channel.setReceiver(member);
        channel.connect("bench");
        member.complete.await();
        out.println("ready");
        go(in);
        // A program of this kind is slow until it was compiled; then what was sent has to settle.
        long end = System.nanoTime() + WARM_UP;
        while (System.nanoTime() < end) channel.send(member.message());
        Thread.sleep(2000);
        end = member.begin(true, seconds);
        long next = (System.nanoTime() / gap + 1) * gap + gap * member.own / 3;
        while (next < end) {
            long left;
            while ((left = next - System.nanoTime()) > 0) LockSupport.parkNanos(left);
            channel.send(member.message());
            next += gap;
        }
        out.println(member.percentiles());
        go(in);
        end = member.begin(false, seconds);
        while (System.nanoTime() < end) channel.send(member.message());
        out.println("rate " + member.counted() / seconds);
        go(in);
        channel.close();
        System.exit(0);
    }
}
