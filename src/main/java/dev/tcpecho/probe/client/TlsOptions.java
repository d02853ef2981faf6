package dev.tcpecho.probe.client;

import dev.tcpecho.probe.cli.Usage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.StandardConstants;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslManagerBundle;
import org.springframework.boot.ssl.pem.PemContent;
import org.springframework.boot.ssl.pem.PemSslStore;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of TLS. Each of them means TLS. */
final class TlsOptions {

    /** The longest is that of DNS (RFC 1035, section 2.3.4). */
    private static final Pattern NAME = Pattern.compile("[!-~]{1,255}");

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    @Option(names = "--tls", description = "Speak TLS, and trust the authorities that Java trusts.")
    private boolean tls;

    @ArgGroup
    private @Nullable Trust trust;

    @ArgGroup(exclusive = false)
    private @Nullable Identity identity;

    @Option(
            names = "--sni",
            paramLabel = "NAME",
            description = "Speak TLS, and ask for this server name in place of the target's.")
    private @Nullable String serverName;

    @Option(
            names = "--alpn",
            paramLabel = "PROTOCOL",
            split = ",",
            description = "Speak TLS, and offer these application protocols, for example h2,http/1.1.")
    private @Nullable List<String> protocols;

    /** A name as it is, because Java's own class refuses an underscore and a dot at the end. */
    private static final class ServerName extends SNIServerName {

        ServerName(String name) {
            super(StandardConstants.SNI_HOST_NAME, name.getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** Whom to trust in place of the authorities that Java trusts. */
    private static final class Trust {

        @Option(
                names = "--ca",
                paramLabel = "FILE",
                description = "Speak TLS, and trust the certificates in a PEM file.")
        private @Nullable Path authorities;

        @Option(names = "--insecure", description = "Speak TLS, and trust every certificate.")
        private boolean insecure;
    }

    /** What to show if the service asks for a certificate. */
    private static final class Identity {

        @Option(
                names = "--cert",
                paramLabel = "FILE",
                required = true,
                description = "Speak TLS, and show the certificate in a PEM file, with its chain.")
        private Path certificate = Path.of("");

        @Option(
                names = "--key",
                paramLabel = "FILE",
                required = true,
                description = "The private key of --cert, in a PEM file.")
        private Path key = Path.of("");
    }

    /**
     * Returns the TLS that the options ask for, null for none.
     *
     * @throws ParameterException if one of them cannot be used
     */
    @Nullable
    ClientTls clientTls() {
        boolean wanted = this.tls
                || this.trust != null
                || this.identity != null
                || this.serverName != null
                || this.protocols != null;
        return wanted
                ? new ClientTls(
                        ClientTls.context(keys(), trust()),
                        serverName(),
                        (this.protocols != null) ? this.protocols : List.of(),
                        this.identity != null)
                : null;
    }

    private @Nullable SNIServerName serverName() {
        if (this.serverName == null) {
            return null;
        }
        Usage.require(
                this.command, NAME.matcher(this.serverName).matches(), "--sni", "a name of 1 to 255 ASCII characters");
        return new ServerName(this.serverName);
    }

    private TrustManager @Nullable [] trust() {
        if (this.trust == null) {
            return null;
        }
        Path authorities = this.trust.authorities;
        if (authorities == null) {
            return new TrustManager[] {new ClientTls.TrustingEveryone()};
        }
        try {
            PemSslStore store = PemSslStore.of(PemContent.load(authorities).getCertificates(), null);
            return managers(new PemSslStoreBundle(null, store)).getTrustManagers();
        } catch (IOException | RuntimeException ex) {
            throw Usage.refusal(this.command, "--ca", "a readable file of PEM certificates");
        }
    }

    private KeyManager @Nullable [] keys() {
        if (this.identity == null) {
            return null;
        }
        List<X509Certificate> chain;
        try {
            chain = PemContent.load(this.identity.certificate).getCertificates();
        } catch (IOException | RuntimeException ex) {
            throw Usage.refusal(this.command, "--cert", "a readable file of PEM certificates");
        }
        try {
            PemSslStore store =
                    PemSslStore.of(chain, PemContent.load(this.identity.key).getPrivateKey());
            return managers(new PemSslStoreBundle(store, null)).getKeyManagers();
        } catch (IOException | RuntimeException ex) {
            throw Usage.refusal(this.command, "--key", "a readable file of a PEM private key without a password");
        }
    }

    private static SslManagerBundle managers(PemSslStoreBundle stores) {
        return SslBundle.of(stores).getManagers();
    }
}
