package dev.bursar.api.usage;

import dev.bursar.api.budget.LimitViews;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.api.table.Column;
import dev.bursar.api.table.Table;
import dev.bursar.domain.usage.UsageQueries.Dimension;
import dev.bursar.domain.usage.UsageQueries.Question;
import dev.bursar.domain.usage.UsageQueries.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The answer to a question about usage, as a table. */
final class UsageAnswerTable {

  private UsageAnswerTable() {}

  /** A column for the stretch, if there are any, and for each that it is grouped by. */
  static Table<Row> of(Question question, Set<String> meters) {
    List<Column<Row>> columns = new ArrayList<>();
    if (question.interval() != null) {
      columns.add(new Column.Time<>("start", Row::start));
    }
    for (Dimension dimension : question.groupBy()) {
      columns.add(new Column.Text<>(dimension.word(), row -> row.group().get(dimension)));
    }
    columns.add(new Column.Text<>("credit_type", Row::creditType));
    columns.add(new Column.Amount<>("credits", Row::credits));
    columns.add(new Column.Count<>("requests", Row::requests));
    columns.add(new Column.Count<>("denied", Row::denied));
    columns.addAll(MeterColumns.of(meters, Row::meters));
    return new Table<>(Row.class, columns, UsageAnswerTable::json);
  }

  static void json(JsonWriter json, Row row) {
    json.field("start", row.start())
        .object(
            "group", in -> row.group().forEach((dimension, of) -> in.field(dimension.word(), of)))
        .field("credit_type", row.creditType())
        .field("credits", LimitViews.plain(row.credits()))
        .field("requests", row.requests())
        .field("denied", row.denied())
        .object("meters", in -> row.meters().forEach(in::whole));
  }
}
