package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.LedgerProofs;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;

/** Verifies proofs as a stranger would: RFC 6962 and C2SP, straight from their texts. */
final class TreeProofs {

  private static final byte[] ED25519 = HexFormat.of().parseHex("302a300506032b6570032100");

  private TreeProofs() {}

  static byte[] sha256(byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (byte[] part : parts) {
        digest.update(part);
      }
      return digest.digest();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static byte[] leaf(LedgerEntry entry) {
    return sha256(new byte[] {0}, entry.canonical());
  }

  static byte[] node(byte[] left, byte[] right) {
    return sha256(new byte[] {1}, left, right);
  }

  /** The root over leaves' hashes, as RFC 6962 defines it. */
  static byte[] root(List<byte[]> leaves) {
    if (leaves.isEmpty()) {
      return sha256();
    }
    if (leaves.size() == 1) {
      return leaves.getFirst();
    }
    int split = Integer.highestOneBit(leaves.size() - 1);
    return node(root(leaves.subList(0, split)), root(leaves.subList(split, leaves.size())));
  }

  /** RFC 9162, 2.1.3.2. */
  static byte[] rootByInclusion(byte[] leaf, long index, long size, List<byte[]> path) {
    long fn = index;
    long sn = size - 1;
    byte[] hash = leaf;
    for (byte[] each : path) {
      assertThat(sn).isNotZero();
      if ((fn & 1) == 1 || fn == sn) {
        hash = node(each, hash);
        while ((fn & 1) == 0 && fn != 0) {
          fn >>= 1;
          sn >>= 1;
        }
      } else {
        hash = node(hash, each);
      }
      fn >>= 1;
      sn >>= 1;
    }
    assertThat(sn).isZero();
    return hash;
  }

  /** RFC 9162, 2.1.4.2, for a first size above 0. */
  static void assertConsistent(
      long first, byte[] firstRoot, long second, byte[] secondRoot, List<byte[]> proof) {
    if (first == second) {
      assertThat(proof).isEmpty();
      assertThat(firstRoot).isEqualTo(secondRoot);
      return;
    }
    Deque<byte[]> path = new ArrayDeque<>(proof);
    if (Long.bitCount(first) == 1) {
      path.addFirst(firstRoot);
    }
    long fn = first - 1;
    long sn = second - 1;
    while ((fn & 1) == 1) {
      fn >>= 1;
      sn >>= 1;
    }
    byte[] fr = path.removeFirst();
    byte[] sr = fr;
    for (byte[] each : path) {
      assertThat(sn).isNotZero();
      if ((fn & 1) == 1 || fn == sn) {
        fr = node(each, fr);
        sr = node(each, sr);
        while ((fn & 1) == 0 && fn != 0) {
          fn >>= 1;
          sn >>= 1;
        }
      } else {
        sr = node(sr, each);
      }
      fn >>= 1;
      sn >>= 1;
    }
    assertThat(sn).isZero();
    assertThat(fr).isEqualTo(firstRoot);
    assertThat(sr).isEqualTo(secondRoot);
  }

  /** The root that a month's leaves come to, with what stands left and right of them. */
  static byte[] rootOfExport(LedgerProofs.AuditMonth export, List<LedgerProofs.Leaf> leaves) {
    Stack stack = new Stack();
    stack.cover(0, export.from(), export.left());
    leaves.forEach(each -> stack.push(1, leaf(each.entry())));
    assertThat(stack.size).isEqualTo(export.to());
    stack.cover(export.to(), export.checkpoint().size(), export.right());
    return stack.root();
  }

  /** Complete subtrees from left to right, merged as soon as two are alike. */
  private static final class Stack {
    private final List<byte[]> hashes = new ArrayList<>();
    private final List<Long> sizes = new ArrayList<>();
    private long size;

    void cover(long from, long to, List<byte[]> given) {
      long at = from;
      for (byte[] hash : given) {
        long width = at == 0 ? Long.highestOneBit(to) : Long.lowestOneBit(at);
        while (width > to - at) {
          width /= 2;
        }
        push(width, hash);
        at += width;
      }
      assertThat(at).isEqualTo(to);
    }

    void push(long width, byte[] hash) {
      long merged = width;
      byte[] top = hash;
      while (!sizes.isEmpty() && sizes.getLast() == merged) {
        sizes.removeLast();
        top = node(hashes.removeLast(), top);
        merged *= 2;
      }
      sizes.add(merged);
      hashes.add(top);
      size += width;
    }

    byte[] root() {
      if (hashes.isEmpty()) {
        return sha256();
      }
      byte[] root = hashes.getLast();
      for (int i = hashes.size() - 2; i >= 0; i--) {
        root = node(hashes.get(i), root);
      }
      return root;
    }
  }

  /** The note says this, and is signed by who it says. */
  static void assertSigned(LedgerProofs.Checkpoint checkpoint, String origin) {
    String[] key = checkpoint.verifier().split("\\+", 3);
    byte[] typed = Base64.getDecoder().decode(key[2]);
    byte[] hash = Arrays.copyOf(sha256((key[0] + "\n").getBytes(StandardCharsets.UTF_8), typed), 4);
    assertThat(HexFormat.of().formatHex(hash)).isEqualTo(key[1]);
    assertThat(typed).hasSize(33).startsWith(1);

    int blank = checkpoint.note().indexOf("\n\n");
    String text = checkpoint.note().substring(0, blank + 1);
    assertThat(text)
        .isEqualTo(
            "%s\n%d\n%s\n"
                .formatted(
                    origin,
                    checkpoint.size(),
                    Base64.getEncoder().encodeToString(checkpoint.root())));
    String line = checkpoint.note().substring(blank + 2);
    String begin = "\u2014 " + key[0] + " ";
    assertThat(line).startsWith(begin).endsWith("\n");
    byte[] signed = Base64.getDecoder().decode(line.substring(begin.length()).strip());
    assertThat(signed).hasSize(68).startsWith(hash);
    try {
      ByteArrayOutputStream x509 = new ByteArrayOutputStream();
      x509.writeBytes(ED25519);
      x509.write(typed, 1, 32);
      Signature verifier = Signature.getInstance("Ed25519");
      verifier.initVerify(
          KeyFactory.getInstance("Ed25519")
              .generatePublic(new X509EncodedKeySpec(x509.toByteArray())));
      verifier.update(text.getBytes(StandardCharsets.UTF_8));
      assertThat(verifier.verify(Arrays.copyOfRange(signed, 4, 68))).isTrue();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
