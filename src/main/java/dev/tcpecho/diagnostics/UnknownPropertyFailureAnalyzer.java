package dev.tcpecho.diagnostics;

import dev.tcpecho.BehaviourShortForms;
import dev.tcpecho.EchoConfigurationException;
import java.util.Optional;
import java.util.Set;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/** {@link FailureAnalyzer} for a property that the service does not have; before Boot's own, which prints objects. */
@Order(Ordered.HIGHEST_PRECEDENCE)
class UnknownPropertyFailureAnalyzer extends AbstractFailureAnalyzer<UnboundConfigurationPropertiesException> {

    private final Origins origins;

    UnknownPropertyFailureAnalyzer(Environment environment) {
        this.origins = new Origins(environment);
    }

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, UnboundConfigurationPropertiesException failure) {
        EchoConfigurationException explained =
                hidden(failure.getUnboundProperties()).orElseGet(() -> BindFailures.explain(failure, true));
        return new FailureAnalysis(
                this.origins.addTo(String.valueOf(explained.getMessage()), explained.properties()),
                explained.action(),
                failure);
    }

    /** The binder asks for no setting of a behaviour if a source has the behaviour's short form. */
    private Optional<EchoConfigurationException> hidden(Set<ConfigurationProperty> unbound) {
        return unbound.stream()
                .filter(setting -> isBehaviour(setting.getName().getParent()))
                .flatMap(setting ->
                        Optional.ofNullable(this.origins.find(setting.getName().getParent()))
                                .map(shortForm -> BehaviourShortForms.hides(
                                        BindFailures.setting(setting, true), shortForm.getName(), shortForm.getValue()))
                                .stream())
                .findFirst();
    }

    /** As in {@code echo.listeners.plain.behaviours.delay}. */
    private static boolean isBehaviour(ConfigurationPropertyName name) {
        return name.getNumberOfElements() == 5
                && name.getElement(3, Form.UNIFORM).equals("behaviours")
                && !name.isLastElementIndexed();
    }
}
