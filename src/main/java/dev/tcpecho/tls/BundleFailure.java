package dev.tcpecho.tls;

import java.security.NoSuchAlgorithmException;
import java.security.UnrecoverableKeyException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.NestedExceptionUtils;

/**
 * Why an SSL bundle cannot be used, and what to do. Java and Spring Boot name neither the encryptions of keys that they
 * lack, nor a way out.
 *
 * @param reason what is wrong, without a full stop
 * @param action what to do, a sentence
 */
public record BundleFailure(String reason, String action) {

    private static final String CONVERT =
            "Convert the key of spring.ssl.bundle.pem.%s.keystore.private-key to PKCS#8 with PBES2:"
                    + " openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD.key -out NEW.key";

    /**
     * Explains a failure.
     *
     * @param name the bundle's name
     * @param failure what was thrown when it was loaded or checked
     */
    static BundleFailure of(String name, Exception failure) {
        BundleFailure known = known(name, failure);
        return (known != null)
                ? known
                : new BundleFailure(
                        mostTellingMessage(failure),
                        "Correct spring.ssl.bundle.*.%s, or what it refers to.".formatted(name));
    }

    /**
     * Explains a failure whose own words do not help.
     *
     * @param name the bundle's name
     * @param failure what was thrown when it was loaded
     * @return what is wrong, and what to do; {@code null} for any other failure
     */
    public static @Nullable BundleFailure known(String name, Throwable failure) {
        List<Throwable> causes = causes(failure);
        if (says(causes, "Password is required for an encrypted private key")) {
            return new BundleFailure(
                    "its private key is encrypted, and has no password",
                    "Set spring.ssl.bundle.pem.%s.keystore.private-key-password.".formatted(name));
        }
        if (says(causes, "Error decrypting private key")) {
            boolean unknown = says(causes, "PBE parameter parsing error")
                    || causes.stream().anyMatch(NoSuchAlgorithmException.class::isInstance);
            return unknown
                    ? new BundleFailure(
                            "its private key is encrypted in a way that Java cannot read, for example with scrypt",
                            CONVERT.formatted(name))
                    : new BundleFailure(
                            "the password does not decrypt its private key",
                            "Correct spring.ssl.bundle.pem.%s.keystore.private-key-password.".formatted(name));
        }
        if (says(causes, "Missing private key or unrecognized format")) {
            return new BundleFailure(
                    "its private key is missing, or has a format that cannot be read, for example encrypted PKCS#1",
                    CONVERT.formatted(name));
        }
        if (says(causes, "password was incorrect")) {
            return new BundleFailure(
                    "the password does not open its key store or trust store",
                    "Correct spring.ssl.bundle.jks.%s.keystore.password or truststore.password.".formatted(name));
        }
        if (causes.stream().anyMatch(UnrecoverableKeyException.class::isInstance)) {
            return new BundleFailure(
                    "the password does not decrypt its private key",
                    "Correct spring.ssl.bundle.jks.%s.key.password.".formatted(name));
        }
        if (says(causes, "matches none of the certificates in the chain")) {
            return new BundleFailure(
                    "its private key is that of none of its certificates",
                    "Correct spring.ssl.bundle.pem.%s, or the files that it refers to.".formatted(name));
        }
        return null;
    }

    private static List<Throwable> causes(Throwable failure) {
        List<Throwable> causes = new ArrayList<>();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            causes.add(cause);
        }
        return causes;
    }

    private static boolean says(List<Throwable> causes, String words) {
        return causes.stream()
                .anyMatch(cause -> String.valueOf(cause.getMessage()).contains(words));
    }

    /** On one line and without a full stop. */
    private static String mostTellingMessage(Exception failure) {
        Throwable cause = NestedExceptionUtils.getMostSpecificCause(failure);
        String message = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
        return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
    }
}
