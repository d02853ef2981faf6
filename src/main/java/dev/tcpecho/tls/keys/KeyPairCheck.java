package dev.tcpecho.tls.keys;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;

/** Finds out whether a private key is that of a public one, as Java itself finds it out only in handshakes. */
public final class KeyPairCheck {

    private KeyPairCheck() {}

    /**
     * Tells whether what the private key signs is verified by the public key.
     *
     * @throws GeneralSecurityException if Java cannot sign with such keys
     */
    public static boolean isPair(PrivateKey privateKey, PublicKey publicKey) throws GeneralSecurityException {
        byte[] message = {1, 2, 3};
        Signature signature = signature(publicKey);
        try {
            signature.initSign(privateKey);
        } catch (InvalidKeyException ex) {
            return false;
        }
        signature.update(message);
        byte[] signed = signature.sign();
        signature.initVerify(publicKey);
        signature.update(message);
        return signature.verify(signed);
    }

    private static Signature signature(PublicKey publicKey) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(
                switch (publicKey.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    case "DSA" -> "SHA256withDSA";
                    default -> publicKey.getAlgorithm();
                });
        if (publicKey.getAlgorithm().equals("RSASSA-PSS")) {
            // A key may be restricted to one set of parameters (RFC 4055, section 1.2); another takes any.
            signature.setParameter(
                    (publicKey instanceof RSAKey rsa && rsa.getParams() != null)
                            ? rsa.getParams()
                            : new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
        }
        return signature;
    }
}
