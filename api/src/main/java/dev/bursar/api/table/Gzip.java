package dev.bursar.api.table;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Compresses Parquet's pages with the JDK's own gzip, which every reader of Parquet knows. The
 * codecs that come with Parquet want Hadoop.
 */
final class Gzip implements CompressionCodecFactory {

  /** Most of what the best gains, at half the time. */
  private static final int LEVEL = 3;

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName name) {
    if (name != CompressionCodecName.GZIP) {
      throw new IllegalArgumentException("no codec for " + name);
    }
    return new BytesInputCompressor() {
      @Override
      public BytesInput compress(BytesInput bytes) throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream((int) bytes.size() / 2);
        try (OutputStream gzip = new Leveled(compressed)) {
          bytes.writeAllTo(gzip);
        }
        return BytesInput.from(compressed.toByteArray());
      }

      @Override
      public CompressionCodecName getCodecName() {
        return CompressionCodecName.GZIP;
      }

      @Override
      public void release() {}
    };
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName name) {
    throw new UnsupportedOperationException("nothing is read here");
  }

  @Override
  public void release() {}

  private static final class Leveled extends GZIPOutputStream {
    Leveled(OutputStream out) throws IOException {
      super(out);
      def.setLevel(LEVEL);
    }
  }
}
