package dev.tcpecho.probe.client;

import dev.tcpecho.probe.cli.Arguments;
import dev.tcpecho.probe.cli.UsageException;
import dev.tcpecho.probe.cli.ValueOption;
import dev.tcpecho.probe.cli.ValueType;
import dev.tcpecho.tls.keys.KeyPairCheck;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.StandardConstants;
import javax.net.ssl.TrustManager;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.OptionGroup;
import org.apache.commons.cli.Options;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslManagerBundle;
import org.springframework.boot.ssl.pem.PemContent;
import org.springframework.boot.ssl.pem.PemSslStore;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;

/** The options of TLS. Each of them means TLS. */
final class TlsOptions {

    /** The longest is that of DNS (RFC 1035, section 2.3.4). */
    private static final Pattern NAME = Pattern.compile("[!-~]{1,255}");

    private static final Option TLS = Option.builder()
            .longOpt("tls")
            .desc("Speak TLS, and trust the authorities that Java trusts.")
            .get();

    private static final ValueOption<Path> AUTHORITIES =
            ValueOption.of("ca", "FILE", ValueType.FILE, "Speak TLS, and trust the certificates in a PEM file.");

    private static final Option INSECURE = Option.builder()
            .longOpt("insecure")
            .desc("Speak TLS, and trust every certificate.")
            .get();

    private static final ValueOption<Path> CERTIFICATE = ValueOption.of(
            "cert", "FILE", ValueType.FILE, "Speak TLS, and show the certificate in a PEM file, with its chain.");

    private static final ValueOption<Path> KEY =
            ValueOption.of("key", "FILE", ValueType.FILE, "The private key of --cert, in a PEM file.");

    private static final ValueOption<String> SERVER_NAME = ValueOption.of(
            "sni", "NAME", ValueType.TEXT, "Speak TLS, and ask for this server name in place of the target's.");

    private static final ValueOption<List<String>> PROTOCOLS = ValueOption.of(
            "alpn",
            "PROTOCOLS",
            ValueType.LIST,
            "Speak TLS, and offer these application protocols, for example h2,http/1.1.");

    /** A name as it is, because Java's own class refuses an underscore and a dot at the end. */
    private static final class ServerName extends SNIServerName {

        ServerName(String name) {
            super(StandardConstants.SNI_HOST_NAME, name.getBytes(StandardCharsets.US_ASCII));
        }
    }

    void addTo(Options options) {
        options.addOption(TLS);
        options.addOptionGroup(new OptionGroup().addOption(AUTHORITIES.option()).addOption(INSECURE));
        for (ValueOption<?> option : List.of(CERTIFICATE, KEY, SERVER_NAME, PROTOCOLS)) {
            options.addOption(option.option());
        }
    }

    /** Returns those options that were given. */
    List<Option> given(Arguments arguments) {
        return Stream.concat(
                        Stream.of(TLS, INSECURE),
                        Stream.of(AUTHORITIES, CERTIFICATE, KEY, SERVER_NAME, PROTOCOLS)
                                .map(ValueOption::option))
                .filter(arguments::has)
                .toList();
    }

    /**
     * Returns the TLS that the options ask for, null for none.
     *
     * @throws UsageException if one of them cannot be used
     */
    @Nullable
    ClientTls clientTls(Arguments arguments) {
        if (arguments.has(CERTIFICATE) != arguments.has(KEY)) {
            throw new UsageException("--cert and --key need each other");
        }
        return !given(arguments).isEmpty()
                ? new ClientTls(
                        ClientTls.context(keys(arguments), trust(arguments)),
                        serverName(arguments),
                        Objects.requireNonNullElse(arguments.find(PROTOCOLS), List.of()),
                        arguments.has(CERTIFICATE))
                : null;
    }

    private static @Nullable SNIServerName serverName(Arguments arguments) {
        String name = arguments.find(SERVER_NAME);
        if (name == null) {
            return null;
        }
        arguments.require(NAME.matcher(name).matches(), SERVER_NAME, "a name of 1 to 255 ASCII characters");
        return new ServerName(name);
    }

    private static TrustManager @Nullable [] trust(Arguments arguments) {
        if (arguments.has(INSECURE)) {
            return new TrustManager[] {new ClientTls.TrustingEveryone()};
        }
        Path authorities = arguments.find(AUTHORITIES);
        if (authorities == null) {
            return null;
        }
        PemSslStore store = PemSslStore.of(certificates(arguments, AUTHORITIES, authorities), null);
        return managers(new PemSslStoreBundle(null, store)).getTrustManagers();
    }

    private static KeyManager @Nullable [] keys(Arguments arguments) {
        Path certificate = arguments.find(CERTIFICATE);
        Path key = arguments.find(KEY);
        if (certificate == null || key == null) {
            return null;
        }
        List<X509Certificate> chain = certificates(arguments, CERTIFICATE, certificate);
        PrivateKey privateKey = privateKey(arguments, key);
        try {
            arguments.require(
                    KeyPairCheck.isPair(privateKey, chain.get(0).getPublicKey()),
                    KEY,
                    "the private key of the certificate in --cert");
        } catch (GeneralSecurityException ex) {
            // The handshake tells why Java cannot use it.
        }
        PemSslStore store = PemSslStore.of(chain, privateKey);
        return managers(new PemSslStoreBundle(store, null)).getKeyManagers();
    }

    private static PrivateKey privateKey(Arguments arguments, Path file) {
        try {
            return Objects.requireNonNull(PemContent.load(file).getPrivateKey());
        } catch (IOException | RuntimeException ex) {
            throw arguments.refusal(KEY, "a readable file of a PEM private key without a password");
        }
    }

    private static List<X509Certificate> certificates(Arguments arguments, ValueOption<Path> option, Path file) {
        try {
            return PemContent.load(file).getCertificates();
        } catch (IOException | RuntimeException ex) {
            throw arguments.refusal(option, "a readable file of PEM certificates");
        }
    }

    private static SslManagerBundle managers(PemSslStoreBundle stores) {
        return SslBundle.of(stores).getManagers();
    }
}
