package dev.bursar.node.catalog;

import dev.bursar.domain.catalog.Expression;
import dev.bursar.domain.catalog.Formula;
import dev.bursar.node.yaml.YamlPart;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads formulas, which are written in CEL: its parser and its type checker take them apart, with
 * nothing declared but numbers, conditions and the meters of the catalog. There are no macros, so
 * that nothing repeats; what is left is worked out by the domain itself, as exact decimals.
 *
 * <p>CEL has whole numbers ({@code int}) and others ({@code double}). Here the latter are decimals,
 * and the two go together without being converted.
 */
final class Formulas {

  private static final int CHARS_MAX = 2_000;
  private static final int RECURSION_MAX = 100;

  /** How deep parts lie within each other: in the journal, each is a level of its own. */
  private static final int DEPTH_MAX = 16;

  private static final int PARTS_MAX = 200;

  /** As a {@code double} they come back as they were written. */
  private static final int DIGITS_MAX = 15;

  private static final Pattern TOO_MANY_DIGITS =
      Pattern.compile("(?<![\\w.])0*(?:[0-9]\\.?){" + (DIGITS_MAX + 1) + ",}");

  /** What CEL says of most mistakes, and what that means to whoever writes formulas. */
  private record Said(Pattern pattern, String meant) {

    Said(String regex, String meant) {
      this(Pattern.compile(regex, Pattern.DOTALL), meant);
    }
  }

  private static final String UNEXPECTED =
      "(?:mismatched input|extraneous input|missing .* at|no viable alternative at input|token recognition error at:) ";

  private static final List<Said> SAID =
      List.of(
          new Said(
              "undeclared reference to '([^']*)'.*",
              "$1 is no meter of the catalog, and nothing else that formulas have"),
          new Said(
              "found no matching overload for '_?(\\W+)_?' applied to '\\((.*?)\\)'.*",
              "$1 can't be applied to ($2)"),
          new Said(
              "found no matching overload for '(\\w[\\w.]*)' applied to '\\((.*?)\\)'.*",
              "$1 can't be applied to ($2)"),
          new Said(
              "found no matching overload for '_\\?_:_' applied to '\\((.*?)\\)'.*",
              "? : can't be applied to ($1)"),
          new Said(UNEXPECTED + "'<EOF>'.*", "it ends before it is complete"),
          new Said(UNEXPECTED + "'(.*?)'(?: expecting .*)?", "$1 is not expected here"),
          new Said(
              "Expression recursion limit exceeded. limit: (\\d+)",
              "it is nested more than $1 deep"));

  /** Up to where a line ends, CEL reads none of it. */
  private static final Pattern COMMENT = Pattern.compile("//[^\n]*");

  /**
   * Signs of which CEL's parser drops as many as it can before anything looks at them: how deep
   * they lie, or what they are applied to, is not found out. What is subtracted may have one.
   */
  private static final Pattern SIGNS = Pattern.compile("!\\s*!|(?:^|[^\\w.)\\]\\s])\\s*-\\s*-");

  /** Trees are large, and a list of prices has few shapes. */
  private static final int SHAPES_MAX = 256;

  private static final Pattern NAME = Pattern.compile("[_a-zA-Z][_a-zA-Z0-9]*");

  private final Set<String> meters;
  private final boolean partial;

  /** What has become of each text: a formula, or what is wrong with it. */
  private final Map<String, Read> known = new ConcurrentHashMap<>();

  /**
   * Formulas that differ only in their numbers are compiled once; empty for those that can't be.
   */
  private final Map<String, Optional<CelAbstractSyntaxTree>> shapes = new ConcurrentHashMap<>();

  private @Nullable CelCompiler compiler;

  /**
   * @param since what earlier programs did not find wrong
   */
  private record Read(@Nullable Formula formula, List<String> faults, List<String> since) {}

  /**
   * For formulas with these meters.
   *
   * @param partial whether there may be others, so that a formula with an unknown name is right
   */
  Formulas(Set<String> meters, boolean partial) {
    this.meters = meters;
    this.partial = partial;
  }

  /** Reads formulas that are compiled afterwards, on all processors. */
  void prepare(Collection<String> texts) {
    if (!texts.isEmpty() && compiler == null) {
      compiler = compiler(meters);
    }
    Set.copyOf(texts).parallelStream().forEach(text -> known.put(text, read(text)));
  }

  /** A formula; 0, with a fault, if it is none. */
  Formula compile(YamlPart part) {
    String text = part.text();
    Read read = known.computeIfAbsent(text, this::read);
    if (!text.isEmpty() && !partial) {
      read.faults.forEach(part::fault);
      read.since.forEach(part::faultSince);
    }
    return read.formula != null
        ? read.formula
        : new Formula(text, new Expression.Constant(BigDecimal.ZERO));
  }

  /** Whether a formula that was compiled names a meter; one that is none, for all that is known. */
  boolean names(Formula formula, String meter) {
    Read read = known.get(formula.text());
    return read != null && read.formula == null
        ? NAME.matcher(formula.text()).results().anyMatch(word -> word.group().equals(meter))
        : formula.expression().names(meter);
  }

  private Read read(String text) {
    try {
      return new Read(parse(text), List.of(), signs(text));
    } catch (Fault e) {
      return new Read(null, e.faults, List.of());
    }
  }

  private static List<String> signs(String text) {
    Matcher signs = SIGNS.matcher(COMMENT.matcher(text).replaceAll(""));
    return signs.find()
        ? List.of(
            "has the sign %s twice in a row, which says nothing"
                .formatted(signs.group().endsWith("!") ? "!" : "-"))
        : List.of();
  }

  private Formula parse(String text) {
    if (text.length() > CHARS_MAX) {
      throw new Fault(
          "has %d characters; at most %d are accepted".formatted(text.length(), CHARS_MAX));
    }
    if (TOO_MANY_DIGITS.matcher(text).find()) {
      throw new Fault("has a number of more than %d digits".formatted(DIGITS_MAX));
    }
    FormulaShape shape = FormulaShape.of(text);
    if (shape != null && (shapes.size() < SHAPES_MAX || shapes.containsKey(shape.text()))) {
      Optional<CelAbstractSyntaxTree> tree =
          shapes.computeIfAbsent(shape.text(), this::treeIfSound);
      if (tree.isPresent()) {
        return formula(text, tree.get(), shape.numbers());
      }
    }
    return formula(text, tree(text), List.of());
  }

  private Formula formula(String text, CelAbstractSyntaxTree tree, List<String> numbers) {
    CelType type = tree.getResultType();
    if (!type.equals(SimpleType.INT) && !type.equals(SimpleType.DOUBLE)) {
      throw new Fault("is a %s; a number is expected".formatted(type.name()));
    }
    Expression expression = new FormulaTree(tree, numbers, PARTS_MAX, DEPTH_MAX).expression();
    if (meters.stream().noneMatch(expression::names)) {
      throw new Fault("names no meter, so that nothing has a price");
    }
    return new Formula(text, expression);
  }

  /** Its faults have places in a text that nobody has written: they are looked for in the other. */
  private Optional<CelAbstractSyntaxTree> treeIfSound(String shape) {
    try {
      return Optional.of(tree(shape));
    } catch (Fault e) {
      return Optional.empty();
    }
  }

  private CelAbstractSyntaxTree tree(String text) {
    if (compiler == null) {
      compiler = compiler(meters);
    }
    try {
      return compiler.compile(text).getAst();
    } catch (CelValidationException e) {
      throw new Fault(e.getErrors().stream().map(Formulas::told).toList());
    }
  }

  private static String told(CelIssue issue) {
    return "at %d:%d: %s"
        .formatted(
            issue.getSourceLocation().getLine(),
            issue.getSourceLocation().getColumn() + 1,
            meant(issue.getMessage()));
  }

  private static String meant(String message) {
    for (Said said : SAID) {
      Matcher matcher = said.pattern.matcher(message);
      if (matcher.matches()) {
        return matcher.replaceFirst(said.meant);
      }
    }
    return message;
  }

  /** What is wrong with a formula. */
  static final class Fault extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient List<String> faults;

    Fault(String fault) {
      this(List.of(fault));
    }

    private Fault(List<String> faults) {
      super(faults.toString(), null, false, false);
      this.faults = faults;
    }
  }

  // ---- what there is to write formulas with

  static final String LEAST = "math.least";
  static final String GREATEST = "math.greatest";

  private static final List<CelType> NUMBERS = List.of(SimpleType.INT, SimpleType.DOUBLE);

  private static CelCompiler compiler(Set<String> meters) {
    CelCompilerBuilder builder =
        CelCompilerFactory.standardCelCompilerBuilder()
            .setStandardEnvironmentEnabled(false)
            .setOptions(
                CelOptions.current()
                    .maxExpressionCodePointSize(CHARS_MAX)
                    .maxParseRecursionDepth(RECURSION_MAX)
                    .populateMacroCalls(false)
                    .build());
    for (String meter : meters) {
      if (NAME.matcher(meter).matches()) {
        builder.addVar(meter, SimpleType.INT);
      }
    }
    for (String name : List.of("_+_", "_-_", "_*_", "_/_", LEAST, GREATEST)) {
      builder.addFunctionDeclarations(ofTwo(name, null));
    }
    for (String name : List.of("_<_", "_<=_", "_>_", "_>=_", "_==_", "_!=_")) {
      builder.addFunctionDeclarations(ofTwo(name, SimpleType.BOOL));
    }
    return builder
        .addFunctionDeclarations(
            one("_%_", SimpleType.INT, SimpleType.INT, SimpleType.INT),
            one("_&&_", SimpleType.BOOL, SimpleType.BOOL, SimpleType.BOOL),
            one("_||_", SimpleType.BOOL, SimpleType.BOOL, SimpleType.BOOL),
            one("!_", SimpleType.BOOL, SimpleType.BOOL),
            CelFunctionDecl.newFunctionDeclaration("-_", ofOne("-_", null)),
            CelFunctionDecl.newFunctionDeclaration("double", ofOne("double", SimpleType.DOUBLE)),
            choice())
        .build();
  }

  private static CelFunctionDecl one(String name, CelType result, CelType... of) {
    return CelFunctionDecl.newFunctionDeclaration(
        name, CelOverloadDecl.newGlobalOverload(name, result, of));
  }

  private static List<CelOverloadDecl> ofOne(String name, @Nullable CelType result) {
    return NUMBERS.stream()
        .map(
            of -> CelOverloadDecl.newGlobalOverload(id(name, of), result == null ? of : result, of))
        .toList();
  }

  /** Of any two numbers; a number if no other result is named, whole if both are. */
  private static CelFunctionDecl ofTwo(String name, @Nullable CelType result) {
    List<CelOverloadDecl> overloads = new ArrayList<>();
    for (CelType left : NUMBERS) {
      for (CelType right : NUMBERS) {
        overloads.add(
            CelOverloadDecl.newGlobalOverload(
                id(name, left, right), result == null ? common(left, right) : result, left, right));
      }
    }
    return CelFunctionDecl.newFunctionDeclaration(name, overloads);
  }

  private static CelFunctionDecl choice() {
    List<CelOverloadDecl> overloads = new ArrayList<>();
    for (CelType then : NUMBERS) {
      for (CelType otherwise : NUMBERS) {
        overloads.add(
            CelOverloadDecl.newGlobalOverload(
                id("_?_:_", then, otherwise),
                common(then, otherwise),
                SimpleType.BOOL,
                then,
                otherwise));
      }
    }
    return CelFunctionDecl.newFunctionDeclaration("_?_:_", overloads);
  }

  private static CelType common(CelType left, CelType right) {
    return left.equals(right) ? left : SimpleType.DOUBLE;
  }

  private static String id(String name, CelType... of) {
    StringBuilder id = new StringBuilder(name);
    for (CelType each : of) {
      id.append('.').append(each.name());
    }
    return id.toString();
  }
}
