import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** Connections that send as much as the service takes, and never read. Prints how many there were and what was sent. */
final class NeverReading {

    private static final int SMALL = 32 * 1024;

    private static final ByteBuffer BYTES = ByteBuffer.allocateDirect(64 * 1024);

    private NeverReading() {}

    /** Arguments: host, port, number of connections, seconds after all are open, kilobytes each sends at most. */
    public static void main(String[] args) throws IOException {
        InetSocketAddress address = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
        int connections = Integer.parseInt(args[2]);
        long limit = 1024 * Long.parseLong(args[4]);
        Selector selector = Selector.open();
        for (int i = 0; i < connections; i++) {
            SocketChannel channel = SocketChannel.open();
            channel.setOption(StandardSocketOptions.SO_RCVBUF, SMALL);
            channel.setOption(StandardSocketOptions.SO_SNDBUF, SMALL);
            channel.connect(address);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_WRITE, new long[1]);
        }
        System.out.println("open " + connections);
        long deadline = System.nanoTime() + 1_000_000_000L * Long.parseLong(args[3]);
        int broken = 0;
        while (System.nanoTime() < deadline) {
            selector.select(100);
            for (SelectionKey key : selector.selectedKeys()) {
                if (!send(key, limit)) {
                    key.cancel();
                    broken++;
                }
            }
            selector.selectedKeys().clear();
        }
        long sent = selector.keys().stream().mapToLong(NeverReading::sent).sum();
        System.out.println("sent " + sent);
        System.out.println("broken " + broken);
    }

    private static boolean send(SelectionKey key, long limit) {
        long[] sent = (long[]) key.attachment();
        try {
            long bytes = ((SocketChannel) key.channel()).write(BYTES.duplicate());
            sent[0] += bytes;
            if (sent[0] >= limit) {
                key.interestOps(0);
            }
            return true;
        } catch (IOException ex) {
            return false;
        }
    }

    private static long sent(SelectionKey key) {
        return ((long[]) key.attachment())[0];
    }
}
