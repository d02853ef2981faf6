package com.example;

import dev.tcpecho.behaviour.Behaviour;
import io.netty.buffer.ByteBuf;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Adds a behaviour: the echo comes back in capital letters. */
@Configuration(proxyBeanMethods = false)
public class ShoutConfiguration {

    @Bean
    Behaviour shout() {
        return (stream, context) -> stream.doOnNext(ShoutConfiguration::toUpperCase);
    }

    private static void toUpperCase(ByteBuf buffer) {
        for (int i = buffer.readerIndex(); i < buffer.writerIndex(); i++) {
            byte letter = buffer.getByte(i);
            if (letter >= 'a' && letter <= 'z') {
                buffer.setByte(i, letter - 'a' + 'A');
            }
        }
    }
}
