package dev.tcpecho;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.convert.DurationStyle;

class DurationsTests {

    @ParameterizedTest
    @CsvSource({
        "PT0S, 0s",
        "PT0.000000001S, 1ns",
        "PT0.0005S, 500us",
        "PT0.1S, 100ms",
        "PT1.5S, 1500ms",
        "PT1S, 1s",
        "PT-1S, -1s",
        "PT90S, 90s",
        "PT60S, 1m",
        "PT1H, 1h",
        "PT25H, 25h",
        "PT24H, 1d",
        "PT9223372036854775807S, 9223372036854775807s",
        "PT-9223372036854775807S, -9223372036854775807s",
        "PT9223372036854775807.000000001S, PT2562047788015215H30M7.000000001S"
    })
    void areWrittenInTheLargestWholeUnitAndCanBeReadBack(Duration duration, String text) {
        assertThat(Durations.print(duration)).isEqualTo(text);
        assertThat(DurationStyle.detectAndParse(text)).isEqualTo(duration);
    }
}
