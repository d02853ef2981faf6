import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Connections that have one byte echoed, and then do nothing. Prints how many there are. */
final class Idle {

    private Idle() {}

    /** Arguments: host, port, number of connections, seconds after all are open. */
    public static void main(String[] args) throws IOException, InterruptedException {
        InetSocketAddress address = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
        int connections = Integer.parseInt(args[2]);
        ByteBuffer message = ByteBuffer.allocateDirect(1);
        List<SocketChannel> open = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            SocketChannel channel = SocketChannel.open(address);
            open.add(channel);
            channel.write(message.clear());
            if (channel.read(message.clear()) != 1) {
                throw new EOFException("no echo on connection %d".formatted(i));
            }
        }
        System.out.println("open " + open.size());
        Thread.sleep(1000L * Integer.parseInt(args[3]));
    }
}
