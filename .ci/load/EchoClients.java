import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Clients that send 512 random bytes, wait for them, and send the next, until their time is over or the service ends
 * their connections. Prints how many round trips there were, how long they took, and how the connections ended.
 */
final class EchoClients {

    private static final int MESSAGE = 512;

    private static final int READ_TIMEOUT_MILLIS = 60_000;

    private final String host;

    private final int port;

    private volatile long deadline;

    private final ConcurrentLinkedQueue<long[]> roundTrips = new ConcurrentLinkedQueue<>();

    private final AtomicInteger cleanEnds = new AtomicInteger();

    private final AtomicInteger broken = new AtomicInteger();

    private final AtomicInteger corrupt = new AtomicInteger();

    private EchoClients(String host, int port, Duration time) {
        this.host = host;
        this.port = port;
        this.deadline = System.nanoTime() + time.toNanos();
    }

    /** Arguments: host, port, number of clients, seconds at most, and optionally a file whose appearance ends them. */
    public static void main(String[] args) throws InterruptedException {
        EchoClients clients =
                new EchoClients(args[0], Integer.parseInt(args[1]), Duration.ofSeconds(Integer.parseInt(args[3])));
        Thread[] threads = IntStream.range(0, Integer.parseInt(args[2]))
                .mapToObj(client -> new Thread(clients::run))
                .toArray(Thread[]::new);
        for (Thread thread : threads) {
            thread.start();
        }
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                thread.join(100);
                if (args.length > 4 && Files.exists(Path.of(args[4]))) {
                    clients.deadline = System.nanoTime();
                }
            }
        }
        clients.print();
    }

    private void run() {
        SplittableRandom random = new SplittableRandom();
        byte[] sent = new byte[MESSAGE];
        byte[] received = new byte[MESSAGE];
        long[] times = new long[1024];
        int count = 0;
        try (Socket socket = new Socket(this.host, this.port)) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(READ_TIMEOUT_MILLIS);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            while (System.nanoTime() < this.deadline) {
                random.nextBytes(sent);
                long start = System.nanoTime();
                socket.getOutputStream().write(sent);
                in.readFully(received);
                if (count == times.length) {
                    times = Arrays.copyOf(times, 2 * count);
                }
                times[count++] = System.nanoTime() - start;
                if (!Arrays.equals(sent, received)) {
                    this.corrupt.incrementAndGet();
                }
            }
        } catch (EOFException ex) {
            this.cleanEnds.incrementAndGet();
        } catch (IOException ex) {
            this.broken.incrementAndGet();
            System.err.println(ex);
        }
        this.roundTrips.add(Arrays.copyOf(times, count));
    }

    private void print() {
        long[] sorted =
                this.roundTrips.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        System.out.println("echoes " + sorted.length);
        System.out.println("p50_us " + percentile(sorted, 0.5));
        System.out.println("p99_us " + percentile(sorted, 0.99));
        System.out.println("corrupt " + this.corrupt);
        System.out.println("ended_by_service " + this.cleanEnds);
        System.out.println("broken " + this.broken);
    }

    private static long percentile(long[] sorted, double share) {
        return (sorted.length == 0) ? 0 : sorted[(int) (share * (sorted.length - 1))] / 1000;
    }
}
