// SPDX-License-Identifier: ISC
#include "schema/schema.hpp"

#include "schema/schema_forms.hpp"

namespace jsonlog {

std::string schema_text(SchemaForm form)
{
  switch (form) {
  case SchemaForm::fields: return fields_csv();
  case SchemaForm::json_schema: return json_schema();
  case SchemaForm::index_template: return index_template(IndexKind::dated);
  case SchemaForm::data_stream_template: return index_template(IndexKind::data_stream);
  case SchemaForm::markdown: break;
  }
  return fields_markdown();
}

} // namespace jsonlog
