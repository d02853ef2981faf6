package dev.tcpecho.bench;

import dev.tcpecho.EchoApplication;
import dev.tcpecho.server.EchoServer;
import io.netty.channel.Channel;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * One echo through a real socket, by the service with every limit and metric on and by a plain Netty handler. Under
 * {@code -prof gc}, which counts what all threads of the process allocate, {@code gc.alloc.rate.norm} is the bytes of
 * garbage that an echo makes: the client makes none. The last iteration has the garbage of the server's stop too.
 */
@State(Scope.Benchmark)
@Fork(
        value = 1,
        jvmArgsAppend = {"-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 5, time = 2)
public class EchoAllocation {

    @Param({"service", "netty"})
    private String server;

    @Param({"512"})
    private int bytes;

    private AutoCloseable running;

    private SocketChannel client;

    private ByteBuffer message;

    @Setup
    public void start() throws IOException, InterruptedException {
        int port = this.server.equals("service") ? startService() : startNetty();
        this.client = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        this.message = ByteBuffer.allocateDirect(this.bytes);
    }

    private int startService() {
        ConfigurableApplicationContext context = new SpringApplicationBuilder(EchoApplication.class)
                .run(
                        "--server.port=0",
                        "--echo.listeners.plain.port=0",
                        "--echo.limits.connections-per-address=100",
                        "--echo.limits.lifetime=24h",
                        "--echo.limits.allow=127.0.0.0/8,::1/128",
                        "--echo.limits.deny=192.0.2.0/24");
        this.running = context;
        return context.getBean(EchoServer.class).addresses().get("plain").getPort();
    }

    private int startNetty() throws InterruptedException {
        Channel listener = NettyEcho.listen(0);
        this.running = () -> listener.close().sync();
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    @Benchmark
    public void echo() throws IOException {
        this.message.clear();
        while (this.message.hasRemaining()) {
            this.client.write(this.message);
        }
        this.message.clear();
        while (this.message.hasRemaining()) {
            if (this.client.read(this.message) < 0) {
                throw new EOFException("the server ended the stream");
            }
        }
    }

    @TearDown
    public void stop() throws Exception {
        this.client.close();
        this.running.close();
    }
}
