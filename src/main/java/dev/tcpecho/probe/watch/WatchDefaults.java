package dev.tcpecho.probe.watch;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** A shorter time-out than the other commands have: no stall that is shorter is seen. */
final class WatchDefaults implements IDefaultValueProvider {

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        return (argument instanceof OptionSpec option && option.longestName().equals("--timeout")) ? "1s" : null;
    }
}
