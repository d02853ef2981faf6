import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.HexFormat;

/** Connections that send a byte a second until the service ends them. Prints how many it ended, and how soon. */
final class SlowSenders {

    private static final long SECOND = 1_000_000_000;

    private SlowSenders() {}

    /** Arguments: host, port, number of connections, seconds to wait, the bytes in hex (none: they are silent). */
    public static void main(String[] args) throws IOException {
        InetSocketAddress address = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
        int connections = Integer.parseInt(args[2]);
        byte[] bytes = HexFormat.of().parseHex(args[4]);
        Selector selector = Selector.open();
        for (int i = 0; i < connections; i++) {
            SocketChannel channel = SocketChannel.open(address);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
        }
        long start = System.nanoTime();
        int ended = 0;
        for (int second = 0; second < Integer.parseInt(args[3]) && ended < connections; second++) {
            if (second < bytes.length) {
                for (SelectionKey key : selector.keys()) {
                    send(key, bytes[second]);
                }
            }
            while (System.nanoTime() < start + (second + 1) * SECOND && ended < connections) {
                selector.select(100);
                for (SelectionKey key : selector.selectedKeys()) {
                    if (key.isValid() && isEnded((SocketChannel) key.channel())) {
                        key.channel().close();
                        ended++;
                    }
                }
                selector.selectedKeys().clear();
            }
        }
        System.out.println("ended " + ended);
        System.out.println("millis " + (System.nanoTime() - start) / 1_000_000);
    }

    private static void send(SelectionKey key, byte next) {
        if (key.isValid()) {
            try {
                ((SocketChannel) key.channel()).write(ByteBuffer.wrap(new byte[] {next}));
            } catch (IOException ex) {
                // It was ended, which the next read tells.
                key.selector().wakeup();
            }
        }
    }

    private static boolean isEnded(SocketChannel channel) {
        try {
            return channel.read(ByteBuffer.allocate(1024)) < 0;
        } catch (IOException ex) {
            return true;
        }
    }
}
