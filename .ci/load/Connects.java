import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Connections one after another, each of which sends 100 random bytes, ends its stream and waits for its echo. Prints
 * how many were echoed, refused by the kernel, reset, or answered with anything else.
 */
final class Connects {

    private static final int THREADS = 16;

    private static final int TIMEOUT_MILLIS = 10_000;

    private final InetSocketAddress address;

    private final AtomicInteger echoed = new AtomicInteger();

    private final AtomicInteger refused = new AtomicInteger();

    private final AtomicInteger reset = new AtomicInteger();

    private final AtomicInteger wrong = new AtomicInteger();

    private Connects(InetSocketAddress address) {
        this.address = address;
    }

    /**
     * Arguments: host, port, number of connections, connections a second, and optionally a file that ends them when it
     * is there.
     */
    public static void main(String[] args) throws InterruptedException {
        Connects connects = new Connects(new InetSocketAddress(args[0], Integer.parseInt(args[1])));
        int count = Integer.parseInt(args[2]);
        int rate = Integer.parseInt(args[3]);
        long start = System.nanoTime();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        for (int i = 0; i < count && !(args.length > 4 && Files.exists(Path.of(args[4]))); i++) {
            TimeUnit.NANOSECONDS.sleep(start + i * 1_000_000_000L / rate - System.nanoTime());
            threads.execute(connects::run);
        }
        threads.shutdown();
        threads.awaitTermination(10, TimeUnit.MINUTES);
        System.out.println("echoed " + connects.echoed);
        System.out.println("refused " + connects.refused);
        System.out.println("reset " + connects.reset);
        System.out.println("wrong " + connects.wrong);
        System.out.println("millis " + (System.nanoTime() - start) / 1_000_000);
    }

    private void run() {
        byte[] payload = new byte[100];
        new SplittableRandom().nextBytes(payload);
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(this.address, TIMEOUT_MILLIS);
            socket.getOutputStream().write(payload);
            socket.shutdownOutput();
            boolean equal = Arrays.equals(socket.getInputStream().readAllBytes(), payload);
            (equal ? this.echoed : this.wrong).incrementAndGet();
        } catch (ConnectException ex) {
            this.refused.incrementAndGet();
        } catch (IOException ex) {
            (String.valueOf(ex.getMessage()).contains("timed out") ? this.wrong : this.reset).incrementAndGet();
        }
    }
}
