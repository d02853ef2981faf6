package dev.tcpecho.transport;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.util.concurrent.ThreadAwareExecutor;

/**
 * {@link IoHandler} that keeps a descriptor in epoll's interest list while it waits for nothing. Netty's own removes it
 * from the list then, still takes it for listed, and fails at its next change with {@code epoll_ctl(..) failed with
 * error(-2)}: the connection breaks off. That happens when a client has ended its stream, its echo is still to come,
 * and nothing is read meanwhile. An echo that goes straight back always waits for one of both, and needs no such care.
 */
final class InterestKeepingIoHandler implements IoHandler {

    /** Waits for nothing but errors, each of which it tells once. */
    private static final IoOps NOTHING = EpollIoOps.EPOLLET;

    private final IoHandler epoll;

    private InterestKeepingIoHandler(IoHandler epoll) {
        this.epoll = epoll;
    }

    static IoHandlerFactory newFactory() {
        IoHandlerFactory epoll = EpollIoHandler.newFactory();
        return new IoHandlerFactory() {

            @Override
            public IoHandler newHandler(ThreadAwareExecutor executor) {
                return new InterestKeepingIoHandler(epoll.newHandler(executor));
            }

            @Override
            public boolean isChangingThreadSupported() {
                return epoll.isChangingThreadSupported();
            }
        };
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return new InterestKeepingRegistration(this.epoll.register(handle));
    }

    @Override
    public void initialize() {
        this.epoll.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        return this.epoll.run(context);
    }

    @Override
    public void prepareToDestroy() {
        this.epoll.prepareToDestroy();
    }

    @Override
    public void destroy() {
        this.epoll.destroy();
    }

    @Override
    public void wakeup() {
        this.epoll.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return this.epoll.isCompatible(handleType);
    }

    private record InterestKeepingRegistration(IoRegistration registration) implements IoRegistration {

        @Override
        public long submit(IoOps ops) {
            return this.registration.submit(ops.equals(EpollIoOps.NONE) ? NOTHING : ops);
        }

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // as Netty has it
        public <T> T attachment() {
            return this.registration.attachment();
        }

        @Override
        public boolean isValid() {
            return this.registration.isValid();
        }

        @Override
        public boolean cancel() {
            return this.registration.cancel();
        }
    }
}
