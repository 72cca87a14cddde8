package dev.bursar.domain.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tree beside RFC 6962 as it is written there (section 2.1), and beside its verifiers. */
final class MerkleTreeTest {

  private static final int SIZE_MAX = 130;

  /** The leaves that Certificate Transparency's implementations are tried with. */
  private static final List<byte[]> KNOWN =
      List.of(
          hex(""),
          hex("00"),
          hex("10"),
          hex("2021"),
          hex("3031"),
          hex("40414243"),
          hex("5051525354555657"),
          hex("606162636465666768696a6b6c6d6e6f"));

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  // ---- the RFC's own words: MTH, PATH and PROOF over lists of leaves

  private static byte[] sha256(int kind, byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      if (kind >= 0) {
        digest.update((byte) kind);
      }
      for (byte[] part : parts) {
        digest.update(part);
      }
      return digest.digest();
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int k(int n) {
    int k = 1;
    while (k * 2 < n) {
      k *= 2;
    }
    return k;
  }

  private static byte[] mth(List<byte[]> d) {
    int n = d.size();
    return switch (n) {
      case 0 -> sha256(-1);
      case 1 -> sha256(0, d.getFirst());
      default -> sha256(1, mth(d.subList(0, k(n))), mth(d.subList(k(n), n)));
    };
  }

  private static List<byte[]> path(int m, List<byte[]> d) {
    int n = d.size();
    if (n == 1) {
      return List.of();
    }
    List<byte[]> left = d.subList(0, k(n));
    List<byte[]> right = d.subList(k(n), n);
    return m < k(n) ? and(path(m, left), mth(right)) : and(path(m - k(n), right), mth(left));
  }

  private static List<byte[]> proof(int m, List<byte[]> d) {
    return m == 0 ? List.of() : subproof(m, d, true);
  }

  private static List<byte[]> subproof(int m, List<byte[]> d, boolean whole) {
    int n = d.size();
    if (m == n) {
      return whole ? List.of() : List.of(mth(d));
    }
    List<byte[]> left = d.subList(0, k(n));
    List<byte[]> right = d.subList(k(n), n);
    return m <= k(n)
        ? and(subproof(m, left, whole), mth(right))
        : and(subproof(m - k(n), right, false), mth(left));
  }

  private static List<byte[]> and(List<byte[]> list, byte[] last) {
    List<byte[]> all = new ArrayList<>(list);
    all.add(last);
    return all;
  }

  // ---- the verifiers of RFC 9162, sections 2.1.3.2 and 2.1.4.2

  private static boolean includes(
      byte[] leafHash, long leaf, long size, List<byte[]> path, byte[] root) {
    if (leaf >= size) {
      return false;
    }
    long fn = leaf;
    long sn = size - 1;
    byte[] r = leafHash;
    for (byte[] p : path) {
      if (sn == 0) {
        return false;
      }
      if ((fn & 1) == 1 || fn == sn) {
        r = sha256(1, p, r);
        while ((fn & 1) == 0 && fn != 0) {
          fn >>= 1;
          sn >>= 1;
        }
      } else {
        r = sha256(1, r, p);
      }
      fn >>= 1;
      sn >>= 1;
    }
    return sn == 0 && MessageDigest.isEqual(r, root);
  }

  private static boolean consistent(
      long first, long second, byte[] firstRoot, byte[] secondRoot, List<byte[]> proof) {
    if (first == second) {
      return proof.isEmpty() && MessageDigest.isEqual(firstRoot, secondRoot);
    }
    List<byte[]> path = new ArrayList<>(proof);
    if (path.isEmpty()) {
      return false;
    }
    if (Long.bitCount(first) == 1) {
      path.addFirst(firstRoot);
    }
    long fn = first - 1;
    long sn = second - 1;
    while ((fn & 1) == 1) {
      fn >>= 1;
      sn >>= 1;
    }
    byte[] fr = path.getFirst();
    byte[] sr = path.getFirst();
    for (byte[] c : path.subList(1, path.size())) {
      if (sn == 0) {
        return false;
      }
      if ((fn & 1) == 1 || fn == sn) {
        fr = sha256(1, c, fr);
        sr = sha256(1, c, sr);
        while ((fn & 1) == 0 && fn != 0) {
          fn >>= 1;
          sn >>= 1;
        }
      } else {
        sr = sha256(1, sr, c);
      }
      fn >>= 1;
      sn >>= 1;
    }
    return sn == 0 && MessageDigest.isEqual(fr, firstRoot) && MessageDigest.isEqual(sr, secondRoot);
  }

  // ---- the tree

  private static List<byte[]> leaves(int count, Random random) {
    List<byte[]> leaves = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      byte[] leaf = new byte[random.nextInt(40)];
      random.nextBytes(leaf);
      leaves.add(leaf);
    }
    return leaves;
  }

  /** Complete subtrees, each made of the two below it; refuses to tell of leaves there are not. */
  private static MerkleTree.Subtrees subtrees(List<byte[]> leaves) {
    List<List<byte[]>> levels = new ArrayList<>();
    levels.add(leaves.stream().map(MerkleTree::leaf).toList());
    while (levels.getLast().size() > 1) {
      List<byte[]> below = levels.getLast();
      List<byte[]> level = new ArrayList<>(below.size() / 2);
      for (int i = 0; i + 1 < below.size(); i += 2) {
        level.add(MerkleTree.node(below.get(i), below.get(i + 1)));
      }
      levels.add(level);
    }
    return (level, index) -> levels.get(level).get((int) index);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      useHeadersInDisplayName = true,
      textBlock =
          """
          size | root
          0    | e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
          1    | 6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d
          2    | fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125
          3    | aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77
          4    | d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7
          5    | 4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4
          6    | 76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef
          7    | ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c
          8    | 5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328
          """)
  void theRootsThatEverybodyAgreesOn(int size, String root) {
    assertThat(MerkleTree.root(size, subtrees(KNOWN))).isEqualTo(hex(root));
  }

  @Test
  void everyTreeIsWhatTheRfcSays() {
    List<byte[]> all = leaves(SIZE_MAX, new Random(1));
    MerkleTree.Subtrees subtrees = subtrees(all);
    for (int size = 0; size <= SIZE_MAX; size++) {
      compare(all.subList(0, size), subtrees, 0, size, 1);
    }
  }

  @Test
  void largeTreesAreWhatTheRfcSays() {
    Random random = new Random(2);
    for (int i = 0; i < 10; i++) {
      int size = SIZE_MAX + random.nextInt(4_000);
      List<byte[]> leaves = leaves(size, random);
      compare(leaves, subtrees(leaves), random.nextInt(100), size, 97 + random.nextInt(400));
    }
  }

  /** The tree of these leaves, with the proofs for every {@code step}th of them. */
  private static void compare(
      List<byte[]> d, MerkleTree.Subtrees subtrees, int from, int size, int step) {
    byte[] root = MerkleTree.root(size, subtrees);
    assertThat(root).isEqualTo(mth(d));
    for (int m = from; m < size; m += step) {
      List<byte[]> path = MerkleTree.inclusion(m, size, subtrees);
      assertSame(path, path(m, d));
      assertThat(includes(MerkleTree.leaf(d.get(m)), m, size, path, root)).isTrue();
    }
    for (int m = from; m <= size; m += step) {
      List<byte[]> proof = MerkleTree.consistency(m, size, subtrees);
      assertSame(proof, proof(m, d));
      if (m > 0) {
        byte[] earlier = MerkleTree.root(m, subtrees);
        assertThat(consistent(m, size, earlier, root, proof)).isTrue();
      }
    }
  }

  private static void assertSame(List<byte[]> actual, List<byte[]> expected) {
    assertThat(actual.toArray(byte[][]::new)).isDeepEqualTo(expected.toArray(byte[][]::new));
  }

  @Test
  void whatWasChangedIsNotProved() {
    Random random = new Random(3);
    for (int i = 0; i < 500; i++) {
      int size = 2 + random.nextInt(60);
      int m = random.nextInt(size);
      List<byte[]> d = leaves(size, random);
      MerkleTree.Subtrees subtrees = subtrees(d);
      byte[] root = MerkleTree.root(size, subtrees);
      byte[] other = MerkleTree.leaf(new byte[] {1, 2, 3});
      List<byte[]> path = MerkleTree.inclusion(m, size, subtrees);
      assertThat(includes(other, m, size, path, root)).isFalse();
      assertThat(includes(MerkleTree.leaf(d.get(m)), m, size, path, other)).isFalse();
      List<byte[]> changed = new ArrayList<>(path);
      changed.set(random.nextInt(path.size()), other);
      assertThat(includes(MerkleTree.leaf(d.get(m)), m, size, changed, root)).isFalse();
      int earlier = 1 + random.nextInt(size - 1);
      List<byte[]> proof = MerkleTree.consistency(earlier, size, subtrees);
      assertThat(consistent(earlier, size, other, root, proof)).isFalse();
      assertThat(consistent(earlier, size, MerkleTree.root(earlier, subtrees), other, proof))
          .isFalse();
    }
  }

  @Test
  void aLeafIsNoNode() {
    byte[] left = MerkleTree.leaf(new byte[] {1});
    byte[] both = new byte[64];
    System.arraycopy(left, 0, both, 0, 32);
    System.arraycopy(left, 0, both, 32, 32);
    assertThat(MerkleTree.leaf(both)).isNotEqualTo(MerkleTree.node(left, left));
  }

  @Test
  void whatThereIsNotHasNoProof() {
    MerkleTree.Subtrees subtrees = subtrees(KNOWN);
    assertThatThrownBy(() -> MerkleTree.inclusion(8, 8, subtrees))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> MerkleTree.inclusion(-1, 8, subtrees))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> MerkleTree.consistency(9, 8, subtrees))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> MerkleTree.consistency(-1, 8, subtrees))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
