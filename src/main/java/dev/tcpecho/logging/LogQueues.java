package dev.tcpecho.logging;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AsyncAppenderBase;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.context.logging.LoggingApplicationListener;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;

/**
 * {@link ApplicationListener} that puts a queue before each appender that Spring Boot has configured. An event loop
 * that logs would otherwise stop for as long as nobody reads the log. Spring Boot's shutdown hook empties the queues.
 */
public final class LogQueues implements ApplicationListener<ApplicationEnvironmentPreparedEvent>, Ordered {

    @Override
    public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
        Map<Appender<ILoggingEvent>, QueueAppender> queues = new IdentityHashMap<>();
        for (Logger logger : context().getLoggerList()) {
            for (Appender<ILoggingEvent> appender : appenders(logger)) {
                if (!(appender instanceof AsyncAppenderBase)) {
                    logger.detachAppender(appender);
                    logger.addAppender(queues.computeIfAbsent(appender, LogQueues::started));
                }
            }
        }
    }

    private static QueueAppender started(Appender<ILoggingEvent> appender) {
        QueueAppender queue = new QueueAppender(appender);
        queue.start();
        return queue;
    }

    /** Returns how many lines the queues dropped. */
    static long dropped(LoggerContext context) {
        return context.getLoggerList().stream()
                .flatMap(logger -> appenders(logger).stream())
                .filter(QueueAppender.class::isInstance)
                .map(QueueAppender.class::cast)
                .distinct()
                .mapToLong(QueueAppender::dropped)
                .sum();
    }

    static LoggerContext context() {
        return (LoggerContext) LoggerFactory.getILoggerFactory();
    }

    private static List<Appender<ILoggingEvent>> appenders(Logger logger) {
        List<Appender<ILoggingEvent>> appenders = new ArrayList<>();
        logger.iteratorForAppenders().forEachRemaining(appenders::add);
        return appenders;
    }

    /** Comes right after Spring Boot has configured logging, before anything is logged. */
    @Override
    public int getOrder() {
        return LoggingApplicationListener.DEFAULT_ORDER + 1;
    }
}
